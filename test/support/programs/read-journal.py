#!/usr/bin/env python3
"""Reads a journal by its description alone (docs/journal-format.md), with nothing but Python's
standard library: what a user would write to have the readings elsewhere. One JSON object a line:

    {"entry": {"seq", "id", "kind", "received", "time", "source", "text", "bytes"}}    in order of seq
    {"damage": {"file", "offset", "end", "from", "to"}}                               where they would have come
    {"end": {"file", "size"}}                                                         the last valid byte

`bytes` is hex: the raw line, or the JSON of a structured event. Usage: read-journal.py DIRECTORY
"""
import calendar
import gzip
import json
import os
import re
import sys
import zlib

FILE = re.compile(r"^(\d{4})/((\d{4})(\d\d)(\d\d))(?:-([1-9]\d*))?\.txt(\.gz)?$")
CLOCK = r"(\d\d):(\d\d):(\d\d)\.(\d{3})"
HEAD = re.compile(
    rb"^H \d\d:\d\d:\d\d\.\d{3} fieldlog 1 ([a-z0-9]{8}) (\d+) (\S+) (\d+) ([0-9a-f]{64}|-|\?)$"
)
CLOSE = re.compile(rb"^C \d\d:\d\d:\d\d\.\d{3} (\d+) (\d+) ([0-9a-f]{8})$")
ENTRY = re.compile(rf"^([LE]) {CLOCK} ([A-Za-z0-9._:@-]+) (.*)$", re.S)
RECORD = re.compile(rf"^R (\d{{4}})-(\d\d)-(\d\d)T{CLOCK} ([A-Za-z0-9._:@-]+) (.*)$", re.S)
NOTICE = re.compile(rf"^N {CLOCK} ([a-z-]+) (.*)$", re.S)
ESCAPE = re.compile(rb"\\x([0-9a-f]{2})")


def day_start(year, month, day):
    return calendar.timegm((int(year), int(month), int(day), 0, 0, 0)) * 1000


def clock(hours, minutes, seconds, ms):
    return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(ms)


def raw(text):
    return ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), text.encode("utf-8"))


def batches(data):
    """What stands between the C lines: (offset, end, lines, last seq), lines None where the checksum does not match."""
    start = 0
    at = 0
    while True:
        end = data.find(b"\n", at)
        if end == -1:
            return
        close = CLOSE.match(data[at:end])
        at = end + 1
        if not close:
            continue
        count, last_seq, crc = int(close[1]), int(close[2]), int(close[3], 16)
        # up to, not including, the space before the checksum
        covered = data[start : end - 9]
        body = data[start : data.rfind(b"\n", start, end) + 1]
        lines = body.split(b"\n")[:-1]
        own = lines[1:] if lines and lines[0].startswith(b"H ") else lines
        good = zlib.crc32(covered) == crc and len(own) == count
        yield start, at, lines if good else None, last_seq
        start = at


class File:
    def __init__(self, directory, name):
        match = FILE.match(name)
        self.path = name[:-3] if match[7] else name
        self.day = day_start(match[3], match[4], match[5])
        self.order = (match[2], int(match[6] or 0))
        with open(os.path.join(directory, name), "rb") as file:
            stored = file.read()
        # zeros at the end are room that the writer has taken ahead
        self.data = (gzip.decompress(stored) if match[7] else stored).rstrip(b"\0")
        first = next(batches(self.data), None)
        sound = first and first[2]
        head = HEAD.match(first[2][0]) if sound else None
        self.head = head
        if head:
            self.epoch = head[1].decode()
            self.first_seq = int(head[2])
            self.previous = head[3].decode()
            self.previous_size = int(head[4])


def chain(directory):
    names = []
    for year in os.listdir(directory):
        if re.match(r"^\d{4}$", year):
            for name in os.listdir(os.path.join(directory, year)):
                if FILE.match(f"{year}/{name}"):
                    names.append(f"{year}/{name}")
    # where both are there the archive was not finished
    names = [name for name in names if not (name.endswith(".gz") and name[:-3] in names)]
    # one without a sound first batch holds nothing that is closed
    files = [file for file in (File(directory, name) for name in names) if file.head]
    files.sort(key=lambda file: (file.first_seq, file.order))
    for file, following in zip(files, files[1:]):
        if following.previous == file.path:
            file.data = file.data[: following.previous_size]
    return files


class Reader:
    def __init__(self, out):
        self.out = out
        self.seq = 0

    def tell(self, what, **values):
        self.out.write(json.dumps({what: values}) + "\n")

    def read(self, files):
        self.seq = files[0].first_seq - 1 if files else 0
        end = ("", 0)
        for file in files:
            epoch = file.epoch
            damaged = []
            size = 0
            for offset, stop, lines, last_seq in batches(file.data):
                if lines is None:
                    damaged.append((offset, stop))
                    continue
                entries = sum(1 for line in lines if line[:1] in (b"L", b"R", b"E"))
                self.miss(file, damaged, last_seq - entries)
                damaged = []
                epoch = self.take(file, lines, epoch)
                size = stop
            end = (file.path, size)
        self.tell("end", file=end[0], size=end[1])

    def miss(self, file, damaged, last):
        first = self.seq + 1
        for offset, stop in damaged:
            self.tell("damage", file=file.path, offset=offset, end=stop, **{"from": first, "to": max(last, first - 1)})
            first = max(last + 1, first)
        self.seq = max(self.seq, last)

    def take(self, file, lines, epoch):
        came = None
        for line in lines:
            text = line.decode("utf-8")
            notice = NOTICE.match(text)
            if notice:
                kind, value = notice[5], json.loads(notice[6])
                if kind == "open":
                    epoch = value["epoch"]
                elif kind == "received":
                    came = value
                continue
            if text.startswith("H "):
                continue
            self.seq += 1
            name = f"{epoch}-{self.seq}"
            record = RECORD.match(text)
            if record:
                time = day_start(*record.groups()[:3]) + clock(*record.groups()[3:7])
                received = came["at"] if came else time
                kind = "E" if came and came.get("kind") == "E" else "R"
                source, body = record[8], record[9]
            else:
                entry = ENTRY.match(text)
                time = received = file.day + clock(*entry.groups()[1:5])
                kind, source, body = entry[1], entry[6], entry[7]
            content = body.encode("utf-8") if entry_is_json(kind, record) else raw(body)
            self.tell(
                "entry",
                seq=self.seq,
                id=name,
                kind=kind,
                received=received,
                time=time,
                source=source,
                text=content.decode("utf-8") if kind == "E" else body,
                bytes=content.hex(),
            )
        return epoch


def entry_is_json(kind, record):
    """An E line holds JSON as it is; the same as an R line is escaped as any other text."""
    return kind == "E" and not record


if __name__ == "__main__":
    # an unfinished pair of surrogates in JSON is no concern of the journal's
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    Reader(sys.stdout).read(chain(sys.argv[1]))
