"""The calendar against two independent readings of it: the package `holidays` and Python's own time zones.

The dates on which somebody must act rest on bank holidays, on sums of business days and on where a day begins in London.
Each is computed here a second time by other people's code, for every day of every year that the calendar holds.
"""

import subprocess
import unittest
from collections import defaultdict
from datetime import date, datetime, timezone
from zoneinfo import ZoneInfo

import holidays

import engine


class CalendarCrossCheck(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        table = engine.program("--example", "calendar_table")
        table = subprocess.run([table], check=True, capture_output=True, text=True).stdout
        cls.table = defaultdict(dict)
        for line in table.splitlines():
            statement, day, value = line.split(",", 2)
            cls.table[statement][date.fromisoformat(day)] = value
        cls.years = range(min(cls.table["begins"]).year, max(cls.table["begins"]).year + 1)
        cls.england = holidays.UnitedKingdom(subdiv="ENG", years=cls.years)

    def test_the_calendar_covers_the_years_of_the_policy_and_of_today(self):
        self.assertLessEqual(self.years[0], 2013)
        self.assertGreaterEqual(self.years[-1], 2027)
        first, last = date(self.years[0], 1, 1), date(self.years[-1], 12, 31)
        self.assertEqual(len(self.table["begins"]), (last - first).days + 1)

    def test_our_bank_holidays_are_the_weekdays_that_the_package_lists(self):
        theirs = {day for day in self.england if day.weekday() < 5}
        self.assertEqual(sorted(self.table["bank_holiday"]), sorted(theirs))

    def test_easter_and_christmas_carry_the_same_names(self):
        for day, ours in self.table["bank_holiday"].items():
            for name in ["New Year's Day", "Good Friday", "Easter Monday", "Christmas Day", "Boxing Day"]:
                with self.subTest(day=day, name=name):
                    self.assertEqual(ours.startswith(name), self.england[day].startswith(name))

    def test_fifteen_business_days_after_any_day_are_the_same(self):
        sums = self.table["fifteen_business_days_after"]
        self.assertGreater(len(sums), 365 * (len(self.years) - 1))
        for day, ours in sums.items():
            self.assertEqual(ours, str(self.england.get_nth_working_day(day, 15)), f"from {day}")

    def test_every_day_begins_when_it_begins_in_london(self):
        london = ZoneInfo("Europe/London")
        for day, ours in self.table["begins"].items():
            midnight = datetime(day.year, day.month, day.day, tzinfo=london).astimezone(timezone.utc)
            self.assertEqual(datetime.fromisoformat(ours), midnight, f"on {day}")


if __name__ == "__main__":
    unittest.main()
