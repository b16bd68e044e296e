"""The explorer in a real browser: what is clicked and read there is what the table holds."""

import csv
import shutil
import time

import numpy as np
import pytest
from library_tables import TEMPERATURES_K, k_true, learned

from vibrates.library import explorer
from vibrates.library.opening import campaign_table

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
Select = pytest.importorskip("selenium.webdriver.support.select").Select
BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.exports,
    pytest.mark.skipif(not (BROWSER and shutil.which("chromedriver")), reason="no chromium here"),
]
DOWN, UP = "N2(3) + H2(0) -> N2(2) + H2(0)", "N2(2) + H2(0) -> N2(3) + H2(0)"


@pytest.fixture(scope="module")
def table():
    return campaign_table(learned(), "learned.nc of a test")


@pytest.fixture(scope="module")
def browser(table, tmp_path_factory):
    directory = tmp_path_factory.mktemp("explorer")
    explorer.write(table, directory / "explorer.html")
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    # Without a network: what the page needs is in it.
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1300,1000",
                     "--host-resolver-rules=MAP * ~NOTFOUND"):  # fmt: skip
        options.add_argument(argument)
    options.add_experimental_option("prefs", {"download.default_directory": str(directory)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(executable_path=shutil.which("chromedriver"))
    driver = webdriver.Chrome(options=options, service=service)
    driver.directory = directory
    driver.get((directory / "explorer.html").as_uri())
    yield driver
    driver.quit()


@pytest.fixture(autouse=True)
def cleared(browser):
    browser.find_element("id", "clear").click()


def choose(browser, text):
    initial, final = text.split(" -> ")
    for name, value in (("initial", initial), ("final", final)):
        Select(browser.find_element("id", name)).select_by_value(value)
    browser.find_element("id", "add").click()


def values(browser):
    """The rows of the table on the page: text -> cells."""
    rows = browser.find_elements("css selector", "#values tr")[1:]
    cells = [[cell.get_attribute("textContent") for cell in row.find_elements("tag name", "td")]
             for row in rows]  # fmt: skip
    return {row[0]: row[1:] for row in cells}


def drawn(browser, figure):
    """x and y of the traces of a figure."""
    return browser.execute_script(
        f"return document.getElementById('{figure}').data"
        ".map(t => [t.mode, Array.from(t.x), Array.from(t.y)])"
    )


def test_chosen_transitions_show_the_values_of_the_table(browser, table):
    choose(browser, DOWN)
    choose(browser, UP)
    shown = values(browser)
    assert list(shown) == [DOWN, UP]
    for text, cells in shown.items():
        k = [float(cell.split(" ")[0]) for cell in cells]
        assert k == pytest.approx(table[text].nodes[1], rel=1e-3)
    assert "(3.0)" in shown[DOWN][0] and shown[UP][0].endswith(" d")


def test_the_curve_is_the_interpolation_of_the_table(browser, table):
    choose(browser, UP)
    _, T, k = drawn(browser, "k_of_T")[2]
    assert k == pytest.approx(table(UP, T).k, rel=1e-5)
    _, T, k = drawn(browser, "k_of_T")[3]
    assert list(T) == TEMPERATURES_K.tolist()
    assert k == pytest.approx(k_true(2, 3, TEMPERATURES_K), rel=1e-6)
    upper, lower = (np.array(trace[2]) for trace in drawn(browser, "k_of_T")[:2])
    assert (upper > lower).all()


def test_the_ladder_holds_the_family_at_the_temperature(browser):
    choose(browser, DOWN)
    select = Select(browser.find_element("id", "temperature"))
    select.select_by_value("500")
    ((_, v, k),) = drawn(browser, "ladder")
    assert v == [1, 2, 3, 4]
    assert k == pytest.approx([k_true(i, i - 1, 500.0) for i in v], rel=1e-6)


def test_a_csv_is_compared_where_it_fits(browser, table):
    path = browser.directory / "other.csv"
    rows = [f"3,2,{T:g},{2.0 * k_true(3, 2, T):g}" for T in (300, 500)] + ["9,8,300,1e-15"]
    path.write_text("\n".join(["# made by hand", "v,vp,T_K,k_cm3_s", *rows]))
    browser.find_element("id", "file").send_keys(str(path))
    wait_for(lambda: "2 values drawn" in message(browser))
    assert "1 rows are not in this table" in message(browser)
    assert list(values(browser)) == [DOWN]
    _, T, k = drawn(browser, "k_of_T")[-1]
    assert T == [300, 500] and k == pytest.approx([2 * k_true(3, 2, t) for t in T], rel=1e-5)
    path.write_text("a,b\n1,2\n")
    browser.find_element("id", "file").send_keys(str(path))
    wait_for(lambda: "columns T_K and k_cm3_s are needed" in message(browser))


def test_the_selection_is_downloaded_as_the_tidy_table(browser, table):
    choose(browser, DOWN)
    browser.find_element("id", "download").click()
    path = browser.directory / "rates.csv"
    wait_for(path.is_file)
    with open(path, newline="") as file:
        found = list(csv.DictReader(file))
    tidy = table.select([DOWN]).to_pandas()
    assert list(found[0]) == list(tidy.columns)
    assert [float(row["k_cm3_s"]) for row in found] == pytest.approx(tidy["k_cm3_s"], rel=1e-6)
    assert [float(row["std_cm3_s"]) for row in found] == pytest.approx(tidy["std_cm3_s"], rel=1e-3)
    assert [row["extrapolated"] for row in found] == [str(x) for x in tidy["extrapolated"]]


def test_nothing_failed_in_the_page(browser):
    choose(browser, DOWN)
    for axis in ("log", "cube", "linear"):
        Select(browser.find_element("id", "axis")).select_by_value(axis)
    browser.find_element("css selector", "#chosen button").click()
    assert values(browser) == {}
    problems = [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert not problems


def message(browser):
    return browser.find_element("id", "message").text


def wait_for(condition, seconds=10.0):
    for _ in range(int(seconds / 0.1)):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("waited in vain")
