"""The form of `weights.txt` and `languages.txt`: named lines, an empty line, then bytes below 128.

Behind the empty line stand, for each row, the gap from the bucket before (from -1) as digits in
base 64, the lowest first, 64 added to all but the last; then the rows, a byte a lane: the weight
plus 64, or the number itself in lanes named `plain`.
"""


def write(path, header, buckets, rows, plain=()):
    with open(path, "wb") as file:
        for name, value in header:
            if not isinstance(value, str):
                value = " ".join(str(one) for one in value)
            file.write(("%s: %s\n" % (name, value)).encode())
        file.write(b"\n")
        before = -1
        for bucket in buckets:
            gap = int(bucket) - before
            before = int(bucket)
            while gap >= 64:
                file.write(bytes([64 + gap % 64]))
                gap //= 64
            file.write(bytes([gap]))
        for row in rows:
            file.write(bytes(
                int(v) + (0 if lane in plain else 64) for lane, v in enumerate(row)))
