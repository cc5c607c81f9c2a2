#!/usr/bin/env python3
"""Feeds of rendering/icalendar.h as programs of other people read them.

    icalendar_check.py ICALENDAR_FEEDS

ICALENDAR_FEEDS writes feeds into a folder, and beside each a description of what it should say.
The parser is Debian's python3-icalendar, and the zone that the feed carries is worked out by
dateutil: neither knows our code. Every property is compared, and none may be there that is not
described. Then each feed is spoilt in many ways, and each way must be found: a check that finds
nothing wrong in a wrong feed is no check.
"""

import datetime
import io
import json
import pathlib
import re
import subprocess
import sys
import tempfile

from dateutil import tz
import icalendar

LINE_OCTETS_MAX = 75


def line_faults(feed):
    """What is wrong with the octets, before anybody parses them."""
    if not feed.endswith(b"\r\n"):
        yield "the last line is not ended"
    for line in feed.split(b"\r\n"):
        if b"\r" in line or b"\n" in line:
            yield f"a line end that is not CRLF in {line!r}"
        if len(line) > LINE_OCTETS_MAX:
            yield f"{len(line)} octets in {line!r}"
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            yield f"a character is cut in {line!r}"


def utc(text):
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.timezone.utc)


def read(value):
    """A property as (value, parameters), in Python's own types."""
    plain = getattr(value, "dt", value)
    if isinstance(plain, datetime.datetime) and "TZID" in value.params:
        plain = plain.replace(tzinfo=None)
    elif isinstance(plain, datetime.datetime) and plain.tzinfo is not None:
        plain = plain.astimezone(datetime.timezone.utc)
    elif isinstance(plain, str):
        plain = str(plain)
    return plain, dict(value.params)


def properties(component):
    return {name: read(value) for name, value in component.property_items(recursive=False)
            if name not in ("BEGIN", "END")}


def want_of_calendar(description):
    name = description["name"]
    return {
        "VERSION": ("2.0", {}),
        "PRODID": ("-//Trellis//Diary//EN", {}),
        "CALSCALE": ("GREGORIAN", {}),
        "METHOD": ("PUBLISH", {}),
        "NAME": (name, {}),
        "X-WR-CALNAME": (name, {}),
        "REFRESH-INTERVAL": ("PT1H", {"VALUE": "DURATION"}),
        "X-PUBLISHED-TTL": ("PT1H", {}),
    }


def want_of_entry(entry, now):
    want = {
        "UID": (entry["uid"], {}),
        "DTSTAMP": (utc(now), {}),
        "LAST-MODIFIED": (utc(entry["last_modified"]), {}),
        "SEQUENCE": (int(entry["sequence"]), {}),
        "SUMMARY": (entry["summary"], {}),
        "STATUS": (entry["status"], {}),
        "CLASS": ("PRIVATE", {}),
    }
    if entry["url"]:
        want["URL"] = (entry["url"], {})
    if "day" in entry:
        day = datetime.date.fromisoformat(entry["day"])
        want["DTSTART"] = (day, {"VALUE": "DATE"})
        want["DTEND"] = (day + datetime.timedelta(days=1), {"VALUE": "DATE"})
    else:
        start = datetime.datetime.fromisoformat(entry["start"])
        want["DTSTART"] = (start, {"TZID": "Europe/London"})
        if entry["minutes"] != "0":
            want["DURATION"] = (datetime.timedelta(minutes=int(entry["minutes"])), {})
    busy = "day" not in entry and entry["status"] == "CONFIRMED"
    want["TRANSP"] = ("OPAQUE" if busy else "TRANSPARENT", {})
    return want


def differences(what, got, want):
    for name in sorted(got.keys() | want.keys()):
        if got.get(name) != want.get(name):
            yield f"{what}: {name}: got {got.get(name)!r}, want {want.get(name)!r}"


def zone_faults(feed, calendar, entries):
    """Whether the zone in the feed turns each start into the instant that it is."""
    timed = [entry for entry in entries if "start" in entry]
    zones = [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")]
    want = ["Europe/London"] if timed or not entries else []
    if zones != want:
        yield f"zones: got {zones}, want {want}"
        return
    if not zones:
        return
    london = tz.tzical(io.StringIO(feed.decode("utf-8"))).get(zones[0])
    for entry in timed:
        start = datetime.datetime.fromisoformat(entry["start"]).replace(tzinfo=london)
        got = tz.resolve_imaginary(start).astimezone(datetime.timezone.utc)
        if got != utc(entry["start_utc"]):
            yield f"{entry['start']} in the feed's zone: got {got}, want {entry['start_utc']}"


def faults(feed, description):
    found = list(line_faults(feed))
    if found:
        return found
    try:
        calendar = icalendar.Calendar.from_ical(feed)
        for component in calendar.walk():
            found.extend(f"{component.name}: {error}" for error in component.errors)
        if found:
            return found
        found.extend(differences("calendar", properties(calendar), want_of_calendar(description)))
        events, entries = calendar.walk("VEVENT"), description["entries"]
        if len(events) != len(entries):
            found.append(f"got {len(events)} events, want {len(entries)}")
        for event, entry in zip(events, entries):
            want = want_of_entry(entry, description["now"])
            found.extend(differences(entry["uid"], properties(event), want))
        found.extend(zone_faults(feed, calendar, entries))
    except (AssertionError, LookupError, TypeError, ValueError) as error:
        found.append(f"cannot be read: {error!r}")
    return found


# Ways to spoil a feed: what stands there, and what takes its place, once.
SPOILERS = [
    (rb"\r\n", rb"\n"),
    (rb"\r\n ", rb""),
    (rb"\r\n ([^\r])", rb"\1\r\n "),
    (rb"END:VCALENDAR\r\n", rb"END:VCALENDAR"),
    (rb"END:VEVENT\r\n", rb""),
    (rb"BEGIN:VEVENT.*?END:VEVENT\r\n", rb""),
    (rb"BEGIN:VTIMEZONE.*?END:VTIMEZONE\r\n", rb""),
    (rb"VERSION:2.0", rb"VERSION:1.0"),
    (rb"METHOD:PUBLISH", rb"METHOD:REQUEST"),
    (rb"PRODID:[^\r]*\r\n", rb""),
    (rb"\r\nNAME:x", rb"\r\nNAME:y"),
    (rb"X-WR-CALNAME:", rb"X-WR-CALNAME:y"),
    (rb"DURATION:PT1H", rb"DURATION:PT9H"),
    (rb"\r\nUID:", rb"\r\nUID:1"),
    (rb"DTSTAMP:2026", rb"DTSTAMP:2027"),
    (rb"LAST-MODIFIED:20", rb"LAST-MODIFIED:19"),
    (rb"SEQUENCE:", rb"SEQUENCE:1"),
    (rb"DTSTART;VALUE=DATE", rb"DTSTART"),
    (rb"DTEND;VALUE=DATE:\d{8}\r\n", rb""),
    (rb"DTSTART;TZID=Europe/London:", rb"DTSTART:"),
    (rb"(DTSTART;TZID=Europe/London:\d{8}T)\d\d", rb"\g<1>25"),
    (rb"\r\nDURATION:PT", rb"\r\nDURATION:PT1"),
    (rb"SUMMARY:Review meeting", rb"SUMMARY:Support plan"),
    (rb"(SUMMARY:[^\r]*)\\,", rb"\1,x"),
    (rb"URL:https", rb"URL:http"),
    (rb"STATUS:CANCELLED", rb"STATUS:CONFIRMED"),
    (rb"CLASS:PRIVATE\r\n", rb""),
    (rb"CLASS:PRIVATE", rb"CLASS:PRIVATE\r\nLOCATION:Room 7"),
    (rb"TRANSP:TRANSPARENT", rb"TRANSP:OPAQUE"),
    (rb"TZOFFSETTO:\+0100", rb"TZOFFSETTO:+0200"),
    (rb"DTSTART:19961027T020000", rb"DTSTART:19961027T010000"),
    (rb"BYMONTH=3;BYDAY=-1SU", rb"BYMONTH=3;BYDAY=4SU"),
]


def unfound(feeds):
    """The spoilers that no feed holds, or that leave a feed in which nothing is found wrong."""
    for pattern, replacement in SPOILERS:
        tried = 0
        for name, feed, description in feeds:
            # Rules of the clocks show only in the feed that is about them.
            if b"BYDAY" in pattern + replacement or b"TZOFFSET" in pattern or b"1996" in pattern:
                if name != "clocks":
                    continue
            spoilt = re.sub(pattern, replacement, feed, count=1, flags=re.DOTALL)
            if spoilt == feed:
                continue
            tried += 1
            if not faults(spoilt, description):
                yield f"{name}: nothing found wrong after {pattern!r} -> {replacement!r}"
                break
            if tried == 3:
                break
        if tried == 0:
            yield f"no feed holds {pattern!r}"


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([arguments[1], folder], check=True)
        feeds = [(path.stem, path.with_suffix(".ics").read_bytes(), json.loads(path.read_text()))
                 for path in sorted(pathlib.Path(folder).glob("*.json"))]
    wrong = [f"{name}: {fault}" for name, feed, description in feeds
             for fault in faults(feed, description)]
    if not wrong:
        wrong = list(unfound(feeds))
    for line in wrong[:40]:
        print(line)
    entries = sum(len(description["entries"]) for _, _, description in feeds)
    print(f"{len(feeds)} feeds with {entries} entries, {len(SPOILERS)} ways to spoil them: "
          f"{len(wrong)} faults")
    return 1 if wrong or not entries else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
