"""Decodes advertisements with `victron-ble` and compares every value with what `ngbank readout` says it is.

usage: compare.py KEY advertisements.csv...

An empty field of the table is "not available". Ends with 1 if a value differs, if a field was never seen without or with
a value, if fewer than 1000 different records were seen, or if a flipped bit of a payload stays unnoticed.
"""

import csv
import sys
from collections import Counter
from typing import NamedTuple

from victron_ble.devices import detect_device_type

RECORDS_MIN = 1000
CIPHERTEXT = 8  # byte at which it begins; 16 bytes, of which the last bit is unused
ANSWERS = ["contactor_closed", "charge_allowed", "discharge_allowed", "relay_active", "aux_on", "remote_on",
           "alternator_allowed"]
ANSWER = {"": 0, "yes": 1, "no": 2}
LEVELS = ["low_cell_voltage", "high_current", "high_bms_temperature", "contactor", "bms_cable_fault",
          "load_disconnect", "low_soc"]
LEVEL = {"": 0, "ok": 1, "warning": 2, "alarm": 3}


class Number(NamedTuple):
    """A column of the table and how the package gives it."""

    column: str
    get: str
    sign: int = 1
    not_available: float | None = None


# Deviations of the package: state of charge that is not available reads 102.3; consumed charge is not negated.
NUMBERS = [
    Number("error", "get_error_flags"),
    Number("time_to_go_min", "get_remaining_mins"),
    Number("voltage_v", "get_voltage"),
    Number("current_a", "get_current"),
    Number("soc_percent", "get_soc", not_available=102.3),
    Number("consumed_ah", "get_consumed_ah", sign=-1),
    Number("temperature_c", "get_battery_temperature"),
]
ALWAYS_AVAILABLE = {"error"}


def decode(key: str, payload: bytes):
    return detect_device_type(payload)(key).parse(payload)


def packed(row: dict, columns: list, codes: dict) -> int:
    """Third deviation: IO status and warnings come as integers, two bits for each field, the first lowest."""
    return sum(codes[row[column]] << 2 * place for place, column in enumerate(columns))


def differences(row: dict, seen) -> list[str]:
    found = []
    for number in NUMBERS:
        text = row[number.column]
        expected = number.sign * float(text) if text else number.not_available
        value = getattr(seen, number.get)()
        # No tolerance: both are the double that is nearest to the same decimal.
        if value != expected:
            found.append(f"{number.column}: {value} instead of {expected}")
    for name, value, expected in [
        ("IO status", seen.get_io_status(), packed(row, ANSWERS, ANSWER)),
        ("warnings", seen.get_alarm_flags(), packed(row, LEVELS, LEVEL)),
    ]:
        if value != expected:
            found.append(f"{name}: {value:#x} instead of {expected:#x}")
    return found


def unnoticed_bits(key: str, row: dict) -> list[int]:
    """Bits of the ciphertext whose flip changes nothing that is compared."""
    unnoticed = []
    for bit in range(127):
        payload = bytearray.fromhex(row["manufacturer_data"])
        payload[CIPHERTEXT + bit // 8] ^= 1 << bit % 8
        if not differences(row, decode(key, bytes(payload))):
            unnoticed.append(bit)
    return unnoticed


def main(key: str, paths: list[str]) -> int:
    columns = [number.column for number in NUMBERS] + ANSWERS + LEVELS
    available, missing = Counter(), Counter()
    records, problems, rows = set(), [], 0
    for path in paths:
        with open(path, newline="", encoding="utf-8") as file:
            for line, row in enumerate(csv.DictReader(file), start=2):
                rows += 1
                records.add(tuple(row[column] for column in columns))
                for column in columns:
                    (available if row[column] else missing)[column] += 1
                seen = decode(key, bytes.fromhex(row["manufacturer_data"]))
                problems += [f"{path}:{line}: {found}" for found in differences(row, seen)]
    with open(paths[0], newline="", encoding="utf-8") as file:
        bits = [bit for row in list(csv.DictReader(file))[:20] for bit in unnoticed_bits(key, row)]
    if bits:
        problems.append(f"the check is blind: flipped bits {sorted(set(bits))} were not noticed")
    if len(records) < RECORDS_MIN:
        problems.append(f"only {len(records)} different records, at least {RECORDS_MIN} are asked for")
    print(f"{'field':<22}{'with a value':>14}{'not available':>15}")
    for column in columns:
        print(f"{column:<22}{available[column]:>14}{missing[column]:>15}")
        if not missing[column] and column not in ALWAYS_AVAILABLE:
            problems.append(f"{column}: never seen as not available")
        if not available[column]:
            problems.append(f"{column}: never seen with a value")
    print("known deviations of the package, each seen as expected:")
    print(f"  state of charge that is not available reads 102.3 ({missing['soc_percent']} times)")
    print(f"  consumed charge is not negated ({available['consumed_ah']} times)")
    print(f"  IO status and warnings are integers ({rows} times)")
    for problem in problems[:20]:
        print(f"victron-ble: {problem}")
    if problems:
        print(f"victron-ble: {len(problems)} problem(s)")
        return 1
    print(f"victron-ble: {rows} advertisements of {len(records)} different records read as they should;")
    print("  every flipped bit of 20 payloads was noticed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
