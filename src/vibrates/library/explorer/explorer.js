"use strict";
// Draws and filters the numbers in #data; all rate coefficients come from there.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const at = (id) => document.getElementById(id);
  const half = data.names.length / 2;
  const COLOURS = ["#1f5fa8", "#c8553d", "#3a8a5f", "#8a5aa8", "#b8892b", "#3f98a8", "#a84a78",
    "#6b7a2f", "#5c5c5c", "#d17f2e"];
  const byText = new Map(data.transitions.map((one) => [one.text, one]));
  const sides = (one) => one.text.split(" -> ");
  const chosen = [];
  let compared = [];

  const axes = {
    linear: { of: (T) => T, title: "T / K", type: "linear" },
    log: { of: (T) => T, title: "T / K", type: "log" },
    cube: { of: (T) => Math.pow(T, -1 / 3), title: "(T / K)<sup>-1/3</sup>", type: "linear" },
  };
  const K_TITLE = "k / cm<sup>3</sup> s<sup>-1</sup>";
  const POWERS = { type: "log", exponentformat: "power", showexponent: "all" };
  const LAYOUT = { margin: { l: 76, r: 18, t: 58, b: 68 }, paper_bgcolor: "#fff",
    plot_bgcolor: "#fff", font: { family: "system-ui, sans-serif", size: 13 }, showlegend: false };
  const CONFIG = { responsive: true, displaylogo: false,
    modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"] };
  const heading = (text) => ({ text, x: 0.02, xanchor: "left", font: { size: 15 } });

  const percent = (logStd) => (100 * Math.expm1(logStd)).toFixed(1);
  const say = (text) => { at("message").textContent = text; };

  function fill(select, values, wanted) {
    select.replaceChildren(...values.map((value) => new Option(value, value)));
    if (values.includes(wanted)) select.value = wanted;
  }

  function fillFinal(wanted) {
    const from = at("initial").value;
    const found = data.transitions.filter((one) => sides(one)[0] === from);
    fill(at("final"), found.map((one) => sides(one)[1]), wanted);
  }

  function add(text) {
    const one = byText.get(text);
    if (!one) return say(`${text} is not in the table`);
    if (chosen.includes(one)) return say(`${text} is shown already`);
    chosen.push(one);
    say("");
    draw();
  }

  const colour = (index) => COLOURS[index % COLOURS.length];

  // Markers: filled where computed, open where predicted, a cross where extrapolated.
  const symbol = (one, i) => one.extrapolated[i] ? "x-thin-open"
    : one.origin[i].includes("predicted") ? "circle-open" : "circle";

  function curves(one, index, axis) {
    const T = data.curve ?? data.temperature;
    const k = data.curve ? one.curve : one.k;
    const band = data.curve ? one.log_band : one.log_std;
    const x = T.map(axis.of);
    const line = { color: colour(index), width: 2 };
    const edge = (sign) => k.map((value, i) => (band[i] === null || value === null ? value
      : value * Math.exp(sign * band[i])));
    return [
      { x, y: edge(1), mode: "lines", line: { width: 0 }, hoverinfo: "skip" },
      { x, y: edge(-1), mode: "lines", line: { width: 0 }, fill: "tonexty",
        fillcolor: `${colour(index)}33`, hoverinfo: "skip" },
      { x, y: k, mode: "lines", line, hoverinfo: "skip", name: one.text },
      { x: data.temperature.map(axis.of), y: one.k, mode: "markers", name: one.text,
        marker: { color: colour(index), size: 8, symbol: one.k.map((_, i) => symbol(one, i)),
          line: { width: 1.5, color: colour(index) } },
        text: data.temperature.map((value, i) =>
          `${one.text}<br>${value} K: ${one.k[i]?.toExponential(3)} cm³/s` +
          (one.log_std[i] === null ? "" : ` ± ${percent(one.log_std[i])} %`) +
          `<br>${one.origin[i]}${one.extrapolated[i] ? ", extrapolated" : ""}`),
        hovertemplate: "%{text}<extra></extra>" },
    ];
  }

  function drawRates() {
    const axis = axes[at("axis").value];
    const traces = chosen.flatMap((one, index) => curves(one, index, axis));
    for (const [index, one] of chosen.entries()) {
      const points = compared.filter((row) => row.text === one.text);
      if (points.length) {
        traces.push({ x: points.map((row) => axis.of(row.T)), y: points.map((row) => row.k),
          mode: "markers", name: "compared",
          marker: { symbol: "diamond-open", size: 9, color: colour(index), line: { width: 2 } },
          hovertemplate: "compared: %{y:.3e}<extra></extra>" });
      }
    }
    Plotly.react("k_of_T", traces, { ...LAYOUT, title: heading("k(T) and one standard deviation"),
      xaxis: { title: { text: axis.title }, type: axis.type,
        autorange: axis === axes.cube ? "reversed" : true },
      yaxis: { title: { text: K_TITLE }, ...POWERS } }, CONFIG);
  }

  // The family of a transition: the same change, and the same numbers but the first.
  function family(one) {
    const rest = (other) => other.numbers.slice(1, half).join() + "|" +
      other.numbers.slice(half).map((value, i) => value - other.numbers[i]).join();
    return data.transitions.filter((other) => rest(other) === rest(one))
      .sort((a, b) => a.numbers[0] - b.numbers[0]);
  }

  function drawLadder() {
    const i = data.temperature.indexOf(Number(at("temperature").value));
    const seen = new Set();
    const traces = [];
    for (const [index, one] of chosen.entries()) {
      const members = family(one);
      if (seen.has(members[0].text)) continue;
      seen.add(members[0].text);
      const error = (sign) => members.map((other) => other.log_std[i] === null ? 0
        : Math.abs(other.k[i] * Math.expm1(sign * other.log_std[i])));
      traces.push({ x: members.map((other) => other.numbers[0]),
        y: members.map((other) => other.k[i]), mode: "lines+markers",
        line: { color: colour(index), width: 1 },
        error_y: { type: "data", array: error(1), arrayminus: error(-1), color: colour(index) },
        marker: { color: colour(index), size: 8, symbol: members.map((other) => symbol(other, i)),
          line: { width: 1.5, color: colour(index) } },
        text: members.map((other) => other.text),
        hovertemplate: "%{text}<br>%{y:.3e} cm³/s<extra></extra>" });
      const points = compared.filter((row) => row.T === data.temperature[i] &&
        members.some((other) => other.text === row.text));
      if (points.length) {
        traces.push({ x: points.map((row) => byText.get(row.text).numbers[0]),
          y: points.map((row) => row.k), mode: "markers",
          marker: { symbol: "diamond-open", size: 9, color: colour(index), line: { width: 2 } },
          hovertemplate: "compared: %{y:.3e}<extra></extra>" });
      }
    }
    Plotly.react("ladder", traces, { ...LAYOUT,
      title: heading(`Ladder of the selection, ${data.temperature[i]} K`),
      xaxis: { title: { text: `initial ${data.names[0]}` }, dtick: 1 },
      yaxis: { title: { text: K_TITLE }, ...POWERS } }, CONFIG);
  }

  function cell(one, i) {
    if (one.k[i] === null) return "";
    const flags = (one.origin[i].includes("predicted") ? "p" : "") +
      (one.origin[i].startsWith("detailed") ? "d" : "") + (one.extrapolated[i] ? "x" : "");
    const error = one.log_std[i] === null ? "" : ` (${percent(one.log_std[i])})`;
    return `${one.k[i].toExponential(3)}${error}${flags && ` ${flags}`}`;
  }

  function row(tag, cells) {
    const line = document.createElement("tr");
    line.append(...cells.map((text) => {
      const element = document.createElement(tag);
      element.textContent = text;
      return element;
    }));
    return line;
  }

  function drawTable() {
    at("values").replaceChildren(
      row("th", ["", ...data.temperature.map((T) => `${T} K`)]),
      ...chosen.map((one) => row("td", [one.text, ...one.k.map((_, i) => cell(one, i))])));
  }

  function drawChosen() {
    at("chosen").replaceChildren(...chosen.map((one, index) => {
      const item = document.createElement("li");
      item.style.borderLeftColor = colour(index);
      const remove = document.createElement("button");
      remove.textContent = "×";
      remove.title = `remove ${one.text}`;
      remove.onclick = () => { chosen.splice(index, 1); draw(); };
      item.append(one.text, remove);
      return item;
    }));
  }

  function draw() { drawChosen(); drawRates(); drawLadder(); drawTable(); }

  function csv() {
    const head = [...data.names, "T_K", "k_cm3_s", "std_cm3_s", "origin", "extrapolated",
      "energy_defect_cm"];
    const lines = chosen.flatMap((one) => data.temperature.map((T, i) => [...one.numbers, T,
      one.k[i] ?? "",
      one.log_std[i] === null ? "" : (one.k[i] * one.log_std[i]).toPrecision(4),
      one.origin[i], one.extrapolated[i] ? "True" : "False", one.energy_defect ?? ""].join()));
    return [head.join(), ...lines, ""].join("\n");
  }

  function download() {
    if (!chosen.length) return say("choose a transition first");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([csv()], { type: "text/csv" }));
    link.download = "rates.csv";
    link.click();
    URL.revokeObjectURL(link.href);
  }

  // Columns by name: quantum numbers (missing ones: 0, final ones as initial), T_K, k_cm3_s.
  function parse(text) {
    const lines = text.split(/\r?\n/).filter((line) => line.trim() && !line.startsWith("#"));
    const head = (lines.shift() ?? "").split(",").map((name) => name.trim());
    if (!head.includes("T_K") || !head.includes("k_cm3_s")) {
      throw new Error("columns T_K and k_cm3_s are needed, and quantum numbers " +
        data.names.join(", "));
    }
    const key = new Map(data.transitions.map((one) => [one.numbers.join(), one.text]));
    const rows = [];
    let unknown = 0;
    for (const line of lines) {
      const values = line.split(",");
      const value = (name) => head.includes(name) ? Number(values[head.indexOf(name)]) : undefined;
      const initial = data.names.slice(0, half).map((name) => value(name) ?? 0);
      const numbers = [...initial, ...data.names.slice(half).map((name, i) =>
        value(name) ?? initial[i])];
      const found = { text: key.get(numbers.join()), T: value("T_K"), k: value("k_cm3_s") };
      if (found.text && found.T > 0 && found.k > 0) rows.push(found); else unknown += 1;
    }
    return { rows, unknown };
  }

  function compare(file) {
    file.text().then((text) => {
      const { rows, unknown } = parse(text);
      compared = rows;
      for (const name of new Set(rows.map((one) => one.text))) {
        if (chosen.length < COLOURS.length && !chosen.includes(byText.get(name))) {
          chosen.push(byText.get(name));
        }
      }
      draw();
      say(`${file.name}: ${rows.length} values drawn as diamonds` +
        (unknown ? `, ${unknown} rows are not in this table` : ""));
    }).catch((error) => say(`${file.name}: ${error.message}`));
  }

  document.title = `${data.species.join(" + ")} rate coefficients`;
  at("title").textContent = `${data.species.join(" + ")}: state-to-state rate coefficients`;
  const [low, high] = [data.temperature[0], data.temperature.at(-1)];
  at("subtitle").textContent =
    `${data.transitions.length} transitions, ${low} to ${high} K` +
    (data.about.symmetrisation ? `, symmetrisation ${data.about.symmetrisation}` : "");
  at("about").textContent = Object.entries(data.about)
    .map(([name, value]) => `${name}: ${value}`).join(" · ");
  fill(at("initial"), [...new Set(data.transitions.map((one) => sides(one)[0]))]);
  fill(at("temperature"), data.temperature.map(String));
  at("temperature").options[data.temperature.findIndex((T) => T >= 300)].selected = true;
  for (const option of at("temperature").options) option.textContent += " K";

  at("initial").onchange = () => fillFinal(at("final").value);
  at("add").onclick = () => add(`${at("initial").value} -> ${at("final").value}`);
  at("clear").onclick = () => { chosen.length = 0; compared = []; say(""); draw(); };
  at("axis").onchange = drawRates;
  at("temperature").onchange = drawLadder;
  at("download").onclick = download;
  at("file").onchange = (event) => {
    if (event.target.files[0]) compare(event.target.files[0]);
    event.target.value = "";  // so that a file that was changed can be chosen again
  };
  document.body.ondragover = (event) => {
    event.preventDefault();
    document.body.classList.add("dragging");
  };
  document.body.ondragleave = () => document.body.classList.remove("dragging");
  document.body.ondrop = (event) => {
    event.preventDefault();
    document.body.classList.remove("dragging");
    if (event.dataTransfer.files[0]) compare(event.dataTransfer.files[0]);
  };

  // The first exothermic transition, to begin with.
  const first = data.transitions.find((one) => one.energy_defect > 0) ?? data.transitions[0];
  at("initial").value = sides(first)[0];
  fillFinal(sides(first)[1]);
  chosen.push(first);
  draw();
  window.explorer = { chosen, csv, data };
})();
