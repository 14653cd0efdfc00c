"""XML: flat documents, as WeChat sends and takes them."""

from __future__ import annotations

import re
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bot.channels.wechat.refusal import Reason, Refused

# WeChat hands on what users type, control characters too, which XML does not allow: https://www.w3.org/TR/xml/#charsets
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """Return `text` without the characters that XML does not allow."""
    return _NOT_XML.sub("", text)


def read_xml(data: bytes) -> dict[str, str]:
    """Return the fields of a document by name; raise Refused for anything but a flat one."""
    try:
        root = fromstring(clean(data.decode("utf-8-sig")), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise Refused(Reason.XML) from None
    fields = {child.tag: child.text or "" for child in root}
    # Of two fields with one name, two readers could each believe another.
    if root.tag != "xml" or len(fields) != len(root):
        raise Refused(Reason.XML)
    return fields


def element(name: str, text: str) -> str:
    """Return one field of a document, as CDATA."""
    return f"<{name}><![CDATA[{clean(text).replace(']]>', ']]]]><![CDATA[>')}]]></{name}>"
