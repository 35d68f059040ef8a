"""WARC files: what the rest of pressmark needs of them, written and read, under one name.

Writing: `build_group` makes the records of an exchange, `WarcWriter` appends them, `finish` ends a file.
Reading: `read_captures` and `read_capture` give captures with their bytes, `scan_members` the whole gzip members.
"""

from archive.group import Group, build_conversion, build_group, build_note, random_urn
from archive.gzip_members import Member, MemberScan, TornTail, scan_members
from archive.records import Record, read_record, read_records
from archive.warc_read import CapturedRecord, RecordGroup, count_records, read_capture, read_captures, read_groups
from archive.warc_write import WarcWriter, finish, index_lines, manifest_line, unfinished, write_index

__all__ = [
    "CapturedRecord",
    "Group",
    "Member",
    "MemberScan",
    "Record",
    "RecordGroup",
    "TornTail",
    "WarcWriter",
    "build_conversion",
    "build_group",
    "build_note",
    "count_records",
    "finish",
    "index_lines",
    "manifest_line",
    "random_urn",
    "read_capture",
    "read_captures",
    "read_groups",
    "read_record",
    "read_records",
    "scan_members",
    "unfinished",
    "write_index",
]
