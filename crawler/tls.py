"""TLS contexts: certificates verified, nothing older than TLS 1.2."""

from __future__ import annotations

import ssl
from functools import cache


@cache
def client_context(*, verify: bool = True, ca_file: str = "") -> ssl.SSLContext:
    """The context for connections to servers; made once, for reading the certificate store takes 30 ms.

    *verify* False takes any certificate: only for a site whose file says so. *ca_file* is trusted beside the system's
    certificates.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if ca_file:
        context.load_verify_locations(ca_file)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
