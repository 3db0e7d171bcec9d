"""The page of `dbtool ui` in a browser: page_test.py DBTOOL SCREENSHOTS [TEST...].

A page that is right in a unit test may still be blank in a browser: a script that the content
security policy keeps out, a key that does nothing, a column that runs off a small screen. So a
browser opens it, uses it, and leaves pictures of what it saw in SCREENSHOTS."""

import json
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import campus  # noqa: E402
import webdriver  # noqa: E402

DBTOOL = None
SCREENSHOTS = None
TEXT = "return document.getElementById('main').innerText"
SHOWS = "return document.getElementById('main').innerText.includes(arguments[0])"


class PageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="linedb_page_")
        cls.directory = os.path.join(cls.folder.name, "university")
        campus.make_campus(DBTOOL, cls.directory)
        cls.server = campus.Server(DBTOOL, cls.directory)
        cls.browser = webdriver.Browser()
        cls.browser.set_look(1600, dark=False)

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.server.end()
        cls.folder.cleanup()

    def tearDown(self):
        # [ui-6] Nothing on the console: no error, no refused style, no missing file.
        self.assertEqual(self.browser.console(), [])

    def open(self, view, text):
        self.browser.go("about:blank")
        self.browser.go(self.server.address + view)
        self.browser.wait_until(SHOWS, text)

    def open_records(self, table="student"):
        self.open(f"#/table/{table}", " of ")
        self.browser.wait_until("return document.querySelector('a.row') !== null")

    def focused_row(self):
        return self.browser.run("const a = document.activeElement;"
                                "return a.matches('a.row') ? a.textContent : a.id || a.tagName")

    def wait_for_row(self, text):
        self.browser.wait_until("return document.activeElement.matches('a.row') && "
                                "document.activeElement.textContent === arguments[0]", text)

    def range(self):
        return self.browser.run("return document.getElementById('range').textContent")

    # [ui-5]
    def test_every_view_shows_what_the_database_holds(self):
        self.open("#/", "Last checkpoint")
        for part in ("student", "2,000", "room", "course", "Archives"):
            self.assertIn(part, self.browser.run(TEXT))
        self.assertEqual(self.browser.run("return document.querySelector('dd code').getClientRects().length"), 1)
        self.open("#/timeline", "Newest transactions")
        self.assertIn("create table", self.browser.run(TEXT))
        self.open("#/files", "data/student.records")
        self.assertGreater(self.browser.run("return document.querySelectorAll('rect.superseded').length"), 10)
        self.assertGreater(self.browser.run("return document.querySelectorAll('rect.tail').length"), 0)
        self.open("#/checkpoints", "wal/transaction.log")
        self.assertIn("archived", self.browser.run(TEXT))
        self.open("#/table/student/schema", "schema/student.schema.json")
        self.assertIn("check gpa between 0 and 4", self.browser.run(TEXT))
        self.open("#/record/student/1", "As it is now")
        self.assertGreater(self.browser.run("return document.querySelectorAll('.versions mark').length"), 0)

    def test_a_record_with_markup_and_large_numbers_is_shown_as_it_is(self):
        self.open_records("course")
        text = self.browser.run(TEXT)
        self.assertIn("9007199254740993", text)
        self.assertIn('<b>Markup & "quotes"</b>', text)

    def test_a_filter_finds_records_and_its_error_is_told(self):
        self.open_records()
        self.browser.press("/")
        self.assertEqual(self.focused_row(), "filter")
        self.browser.type("#filter", "id > 1990 and year = 3")
        self.browser.press("Enter")
        self.browser.wait_until("return document.getElementById('range')?.textContent.endsWith('of 2')")
        self.browser.press("Escape")
        self.browser.wait_until("return document.getElementById('range')?.textContent.endsWith('2,000')")
        self.browser.type("#filter", "gpa >")
        self.browser.press("Enter")
        told = self.browser.wait_until("return document.querySelector('#filter-fault .error')?.textContent")
        self.assertIn("expected", told)
        self.assertEqual(self.browser.run("return document.getElementById('filter').getAttribute('aria-invalid')"), "true")
        # The browser itself notes an answer that is an error; nothing else may be there.
        notes = self.browser.console()
        self.assertTrue(all(note["source"] == "network" and "api/records" in note["message"] for note in notes), notes)

    # [ui-10] A filter's language is learnt from the example in its field.
    def test_the_filters_example_is_of_the_tables_own_columns(self):
        for table, example in (("student", "gpa >= 2.0 and starts_with(name, 'A')"),
                               ("track", "\"US Gross\" >= 1000 and starts_with(Name, 'F')"),
                               ("course", "id >= 9007199254740993 and starts_with(title, 'A')")):
            self.open(f"#/table/{table}", " of ")
            shown = self.browser.wait_until("return document.getElementById('filter').placeholder")
            self.assertEqual(shown, example)
            self.browser.type("#filter", shown)
            self.browser.press("Enter")
            self.browser.wait_until("return document.querySelector('.records').getAttribute('aria-busy') === 'false'")
            self.assertEqual(self.browser.run("return document.getElementById('filter-fault').textContent"), "")

    def test_the_examples_underscores_are_seen(self):
        self.open_records()
        seen = []
        for text in ("____", "\u00a0\u00a0\u00a0\u00a0"):
            box = self.browser.run("const field = document.getElementById('filter'); field.placeholder = arguments[0];"
                                   "return field.getBoundingClientRect().toJSON()", text)
            seen.append(self.browser.pixels(box["x"] + 2, box["y"] + 2, 100, box["height"] - 4))
        self.assertNotEqual(seen[0], seen[1])

    # [ui-11] What is cut off at a column's border would look like the end of the table.
    def test_a_shadow_lies_where_a_wide_table_goes_on(self):
        self.open_records("track")
        box = self.browser.run("const box = document.querySelector('.records .scroll');"
                               "return { ...box.getBoundingClientRect().toJSON(), hidden: box.scrollWidth - box.clientWidth }")
        self.assertGreater(box["hidden"], 0)
        edges = []
        for scrolled in (0, box["hidden"]):
            self.browser.run("document.querySelector('.records .scroll').scrollLeft = arguments[0]", scrolled)
            edges.append([self.browser.pixels(x, box["y"] + 2, 3, 3) for x in (box["x"], box["right"] - 3)])
        (left_at_begin, right_at_begin), (left_at_end, right_at_end) = edges
        self.assertNotEqual(left_at_begin, right_at_begin)
        self.assertNotEqual(left_at_end, right_at_end)
        self.assertEqual(left_at_begin, right_at_end)

    def test_a_click_on_a_column_sorts_by_it_and_again_turns_it_round(self):
        self.open_records()
        first = "return document.querySelector('tbody tr').innerText"
        self.browser.click("#sort-gpa")
        self.browser.wait_until("return document.querySelector('th[aria-sort=ascending]') !== null")
        ascending = self.browser.run(first)
        self.browser.click("#sort-gpa")
        self.browser.wait_until("return document.querySelector('th[aria-sort=descending]') !== null")
        self.assertNotEqual(self.browser.run(first), ascending)

    # [ui-7]
    def test_the_keyboard_alone_leads_through_the_records(self):
        self.open_records()
        self.browser.run("document.querySelector('a.row').focus()")
        first = self.focused_row()
        self.browser.press("Down")
        self.assertNotEqual(self.focused_row(), first)
        self.browser.press("Home")
        self.wait_for_row(first)
        self.browser.press("PageDown")
        self.browser.wait_until("return document.getElementById('range').textContent.startsWith('51 ')")
        self.browser.press("PageUp")
        self.browser.wait_until("return document.getElementById('range').textContent.startsWith('1 ')")
        self.wait_for_row(first)
        self.browser.press("Control", "End")
        self.browser.wait_until("return document.getElementById('range').textContent === '1,951 – 2,000 of 2,000'")
        self.browser.wait_until("return document.activeElement.matches('a.row')")
        last = self.focused_row()
        self.browser.press("Enter")
        self.browser.wait_until("return document.querySelector('h1').textContent === `student ${arguments[0]}`", last)
        self.browser.wait_until(SHOWS, "As it is now")
        self.browser.press("Escape")
        self.browser.wait_until("return document.getElementById('range')?.textContent === '1,951 – 2,000 of 2,000'")

    # [ui-8]
    def test_the_timeline_moves_while_a_writer_works(self):
        self.open("#/timeline", "Newest transactions")
        count = "return Number(document.getElementById('timeline-count').textContent.replace(/[^0-9].*$/, ''))"
        before = self.browser.run(count)
        for number in range(5001, 5004):
            DBTOOL.run("import", self.directory, "student", "-", "-q",
                       text=campus.lines([campus.student(number)]))
            self.browser.wait_until(count + " >= arguments[0]", before + number - 5000)
        self.assertIn("student 5003", self.browser.run(TEXT))

    def test_records_that_are_looked_at_stay_until_the_newest_are_asked_for(self):
        self.open_records()
        shown = self.range()
        DBTOOL.run("import", self.directory, "room", "-", "-q",
                   text=campus.lines([{"code": f"R{os.getpid()}", "seats": 3}]))
        self.browser.wait_until("return document.getElementById('newest') !== null")
        self.assertEqual(self.range(), shown)
        self.browser.click("#newest")
        self.browser.wait_until("return document.getElementById('newest') === null")

    # [ui-9]
    def test_every_view_is_readable_small_and_wide_light_and_dark(self):
        views = {"overview": ("#/", "Last checkpoint"), "timeline": ("#/timeline", "Newest transactions"),
                 "files": ("#/files", "data/student.records"), "checkpoints": ("#/checkpoints", "transaction.log"),
                 "records": ("#/table/student", "2,0"), "wide": ("#/table/track", " of 60"), "schema": ("#/table/student/schema", "primary key"),
                 "record": ("#/record/student/1", "As it is now")}
        for name, (view, text) in views.items():
            self.open(view, text)
            for width in (400, 1600):
                for dark in (False, True):
                    self.browser.set_look(width, dark)
                    shade = "dark" if dark else "light"
                    self.browser.save_screenshot(f"{SCREENSHOTS}/{name}-{width}-{shade}.png")
                    with self.subTest(view=name, width=width, shade=shade):
                        self.assertLessEqual(self.browser.run("return document.documentElement.scrollWidth"), width)
                        self.assertEqual(self.browser.run(CONTRAST), [])
        self.browser.set_look(1600, dark=False)

    # [ui-9]
    def test_what_a_transaction_changed_is_in_sight_on_a_narrow_screen(self):
        self.open("#/timeline", "Newest transactions")
        self.browser.set_look(400, dark=False)
        rights = self.browser.run("return [...document.querySelectorAll('.changes li')].map((e) => e.getBoundingClientRect().right)")
        self.browser.set_look(1600, dark=False)
        self.assertGreater(len(rights), 3)
        self.assertLessEqual(max(rights), 400)

    def test_a_report_is_one_file_with_the_same_pictures_and_no_script(self):
        report = os.path.join(self.folder.name, "report.html")
        DBTOOL.run("report", self.directory, "-o", report, "--yes")
        self.browser.go("file://" + report)
        self.assertGreater(self.browser.run("return document.querySelectorAll('svg').length"), 6)
        self.assertEqual(self.browser.run("return document.querySelectorAll('script, link, img, iframe').length"), 0)
        self.assertEqual(self.browser.run("return document.querySelectorAll('dd time').length"), 1)
        # A moment that breaks in two is no longer one.
        self.assertEqual(self.browser.run("return [...document.querySelectorAll('time')].filter((e) => e.getClientRects().length > 1).length"), 0)
        for width in (400, 1600):
            self.browser.set_look(width, dark=False)
            self.browser.save_screenshot(f"{SCREENSHOTS}/report-{width}-light.png")
            self.assertLessEqual(self.browser.run("return document.documentElement.scrollWidth"), width)
        self.browser.set_look(1600, dark=False)


# Texts whose contrast with what is behind them is below WCAG AA.
CONTRAST = """
const channel = (c) => { c /= 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
const parse = (text) => { const n = text.match(/[0-9.]+/g).map(Number); return { rgb: n.slice(0, 3), alpha: n[3] ?? 1 }; };
const light = ({ rgb }) => 0.2126 * channel(rgb[0]) + 0.7152 * channel(rgb[1]) + 0.0722 * channel(rgb[2]);
const behind = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.alpha === 1) return c; } return { rgb: [255, 255, 255] }; };
const faults = [];
for (const e of document.querySelectorAll('body *')) {
  const text = [...e.childNodes].filter((n) => n.nodeType === 3).map((n) => n.textContent.trim()).join('');
  if (!text || e.closest('svg, noscript, .skip, [disabled]') || e.getClientRects().length === 0) continue;
  const [a, b] = [light(parse(getComputedStyle(e).color)), light(behind(e))];
  const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (contrast < 4.5) faults.push(`${e.tagName}.${e.className} ${contrast.toFixed(2)} ${text.slice(0, 40)}`);
}
return faults;
"""


def main():
    global DBTOOL, SCREENSHOTS
    DBTOOL = campus.Dbtool(os.path.abspath(sys.argv[1]))
    SCREENSHOTS = os.path.abspath(sys.argv[2])
    os.makedirs(SCREENSHOTS, exist_ok=True)
    if webdriver.find_browser() is None:
        print("page_test: needs chromium and chromium-driver")
        return 77
    unittest.main(argv=[sys.argv[0], "-v", *sys.argv[3:]])
    return 0


if __name__ == "__main__":
    sys.exit(main())
