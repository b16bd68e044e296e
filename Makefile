# make run      the campaign of CONFIG (default: config/config.yaml), into its results directory
# make learn    comparison of models, kernel search, proposal of the next states (docs/learning.md)
# make searches  only the kernel search on the rates named under reference.state_to_state; needs no campaign
# make lint     formatting, lints, types, layers of packages, Snakemake's linter
# make test     the tests, on WORKERS processes (two)
# make test-quick  the tests that take seconds
# make test-pythons  those tests with every other supported Python that is installed here (3.11 to 3.13)
# make test-slurm  twelve faults on a real SLURM cluster on this machine (installs SLURM where it can)
# make test-exports  reads exported rates with the programs they are for: .venv-exports, gfortran and Octave where installed (docs/exports.md);
#               RATES=results: those of a campaign
# make docs     the documentation site, site/index.html, warnings as errors: .venv-docs
# make report   one HTML file with figures, tables and their provenance
# make check    validation of CONFIG without a run
# make bench    cost of a trajectory and choice of its time step; rewrites docs/performance.md (a quarter of an hour)
# make bench-learning  cost of the kernel search (docs/learning.md; tens of minutes)
# make validate accuracy and the default campaign, measured again; rewrites all pages (docs/evidence/README.md; half an hour)
# make data-set  the campaign of CONFIG as the data set of the package, open_rates("n2h2")
# make pages    rewrites README.md and docs/ from the existing results; reports missing ones (a minute)
# make ladder, make processes  their campaigns and pages; PUBLISHED=DIRECTORY of published rates gives the ratios to these
# make abinitio the optional environment of PySCF; computes a sample of the ab initio points again (two minutes)
# make surface  the fit of the surface to the points, and its figures (results-abinitio/)
# make surfaces rates on the original, the modified and the fitted surface (docs/surface.md; ten minutes)
# make surface-errors  uncertainty of the rates due to fit and basis set (docs/surface.md; ten minutes)
# make quantum  quantum rates of every description in QUANTUM (default: small.yaml and n2h2_small.yaml in config/quantum, two
#               minutes; docs/quantum.md)
# make longrange  networks for C_m of H + H2, KRb + KRb and N2 + H2: tables and figures (docs/longrange.md)
# make judge    trajectories of He + HD compared with the quantum rates in data/ (ten minutes; docs/quantum.md)
# make judge-methods  coupled states compared with close coupling, and convergence, for He + HD and N2 + H2 (docs/quantum.md;
#               half an hour)
# make judge-rotors  N2 + H2 with H2's rotation quantised, and with classical rotors, compared with quantum and measured rates
#               (half an hour; docs/rotors.md)
# make paper    every figure and table of the papers: docs/paper.md and results-validation/paper/report.html (minutes); PUBLISHED=DIRECTORY
#               draws and compares published rates; FROM=trajectories runs everything before, and says its core hours first
# make search-hehd  kernel search on He + HD: tables I-V and figures of docs/learning.md (an hour or two)
# make clean    removes the environment, but no results
# Directory of published rates (n2h2_vt_dv1.csv, ...), passed to rules as an environment variable.
export PUBLISHED
# Rates that make test-exports reads.
export RATES
# The first supported Python that runs; an environment that exists keeps its own.
PYTHON ?= $(shell for python in .venv/bin/python python3.11 python3.12 python3.13 python3; do \
  $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null && echo $$python && break; done)
CORES  ?= $(shell getconf _NPROCESSORS_ONLN)
CONFIG ?= config/config.yaml
QUANTUM ?= config/quantum/small.yaml config/quantum/n2h2_small.yaml

BIN   := .venv/bin
READY := .venv/.ready
LINTED := .venv/.linted
# The configuration is checked before Snakemake reads it: Snakemake prints a traceback of a file that it cannot read.
SNAKEMAKE = PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/vibrates run "$(CONFIG)" --cores $(CORES)
RESULTS = $$($(BIN)/vibrates results "$(CONFIG)")

.PHONY: run lint format test test-quick test-pythons test-slurm test-exports docs report check environment clean bench validate pages ladder processes surface-errors judge-methods abinitio surface surfaces quantum longrange learn bench-learning judge judge-rotors searches search-hehd schemas data-set paper

run: environment
	@$(SNAKEMAKE)
	@echo "the table of k and the list of files are in $(RESULTS)/summary.txt"

learn: environment
	@$(SNAKEMAKE) -- learning
	@echo "tables and figures are in $(RESULTS)/learning"

searches: environment
	@$(SNAKEMAKE) -- searches
	@echo "tables and figures are in $(RESULTS)/learning"

report: environment
	@$(SNAKEMAKE) --report "$(RESULTS)/report.html"

check: environment
	@$(BIN)/vibrates check "$(CONFIG)"

# All tests of a module run in one process, so that their common calculations are done once.
WORKERS ?= 2
PYTEST = $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

test: environment
	@$(PYTEST) $(TESTS)

test-quick: environment
	@$(PYTEST) -m "not slow and not slurm and not exports" $(TESTS)

# The same checks as in continuous integration; `make format` corrects what can be corrected automatically.
lint: $(LINTED)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/snakefmt --check Snakefile workflow
	@for file in Snakefile workflow/modules/[!p]*.smk; do \
	  PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/snakemake --lint -s $$file > .venv/lint.log 2>&1 || { cat .venv/lint.log; exit 1; }; done

format: $(LINTED)
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .
	@$(BIN)/snakefmt Snakefile workflow

$(LINTED): envs/development.txt $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r envs/development.txt
	@touch $@

test-pythons: environment
	@WORKERS=$(WORKERS) sh tests/pythons.sh

test-slurm: environment
	@$(BIN)/python -m pytest -m slurm -rs -s tests/slurm

EXPORTS := .venv-exports

test-exports: $(EXPORTS)/.ready
	@sh tests/exports/programs.sh
	@PYTHONPATH=src $(EXPORTS)/bin/python -m pytest -m exports -rs tests/exports tests/test_pages_run.py

$(EXPORTS)/.ready: envs/exports.txt
	@echo "setting up $(EXPORTS) (once)"
	@$(PYTHON) -m venv $(EXPORTS)
	@$(EXPORTS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r envs/exports.txt
	@touch $@

DOCUMENTATION := .venv-docs

# Without --quiet, which would drop warnings before --strict counts them.
docs: $(DOCUMENTATION)/.ready
	@NO_MKDOCS_2_WARNING=1 $(DOCUMENTATION)/bin/mkdocs build --strict
	@echo "the pages are in site/index.html"

$(DOCUMENTATION)/.ready: envs/docs.txt
	@echo "setting up $(DOCUMENTATION) (once)"
	@$(PYTHON) -m venv $(DOCUMENTATION)
	@$(DOCUMENTATION)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r envs/docs.txt
	@touch $@

# Checked at every call: an environment stops to run when its Python is removed, and keeps its version when PYTHON changes.
environment: $(READY)
	@found=$$($(BIN)/python -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) \
	  || { echo "error: .venv/bin/python does not run; run: make clean, then the same command again" >&2; exit 2; }; \
	asked=$$($(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null); \
	[ "$$found" = "$$asked" ] \
	  || { echo "error: .venv has Python $$found, PYTHON=$(PYTHON) is $${asked:-not to be run}; run: make clean, or leave PYTHON out" >&2; exit 2; }

# The stamp is made last: an interrupted installation is repeated.
$(READY): envs/requirements.txt pyproject.toml
	@[ -n "$(PYTHON)" ] || { echo "error: no Python 3.11, 3.12 or 3.13 found; install one, or run: make PYTHON=/path/to/python3.12" >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null \
	  || { echo "error: PYTHON=$(PYTHON) is no Python 3.11, 3.12 or 3.13; run: make PYTHON=/path/to/python3.12" >&2; exit 2; }
	@echo "setting up .venv (once, some minutes)"
	@[ $(PYTHON) = .venv/bin/python ] || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r envs/requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

bench: environment
	@$(VALIDATION) --config studies=performance -- pages
	@OMP_NUM_THREADS=1 $(BIN)/python benchmarks/splittings.py

bench-learning: environment
	@$(BIN)/python benchmarks/learning.py

# Results are read again and named studies repeated each time, so that pages are never older than their sources.
VALIDATION = PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/snakemake --cores $(CORES) --quiet rules --forceall \
  -s workflow/modules/validation.smk

data-set: run
	@$(BIN)/python -m vibrates.library.publish $(RESULTS) n2h2

validate: environment
	@$(MAKE) --no-print-directory run
	@$(VALIDATION) --config studies="slow_reference breathing_sphere error_budget variance basis allocation" -- pages

pages: environment
	@$(VALIDATION) -- pages

ladder processes: environment
	@$(MAKE) --no-print-directory run CONFIG=config/$@.yaml
	@$(VALIDATION) -- pages

surface-errors: environment
	@$(MAKE) --no-print-directory run CONFIG=config/surfaces/fitted_rates.yaml
	@$(VALIDATION) -- pages

judge-methods: environment
	@$(VALIDATION) --config studies="quantum_methods quantum_convergence quantum_pair_methods quantum_pair_convergence" -- pages

ABINITIO := .venv-abinitio

abinitio: $(ABINITIO)/.ready
	@OMP_NUM_THREADS=1 PYTHONPATH=src $(ABINITIO)/bin/python -m vibrates.abinitio.sample data/n2h2_ccsdt.csv

schemas: environment
	@$(BIN)/python -m vibrates.schemas

$(ABINITIO)/.ready: envs/abinitio.txt
	@echo "setting up $(ABINITIO) (once)"
	@$(PYTHON) -m venv $(ABINITIO)
	@$(ABINITIO)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r envs/abinitio.txt
	@touch $@

POTENTIAL = PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/snakemake --cores $(CORES) -s workflow/modules/potential.smk --configfile config/abinitio/n2h2.yaml

surface: environment
	@$(POTENTIAL) -- fit figures increment draws moments checked_points
	@$(VALIDATION) -- pages

surfaces: environment
	@for name in original modified fitted; do \
	  $(MAKE) --no-print-directory run CONFIG=config/surfaces/$${name}_rates.yaml || exit; done
	@$(VALIDATION) -- pages

quantum: environment
	@for description in $(QUANTUM); do \
	  PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/snakemake --cores $(CORES) -s workflow/modules/quantum.smk \
	    --configfile $$description || exit; done
	@echo "rate coefficients, cross sections, checks and figures are in the directories 'results' of $(QUANTUM)"

LONGRANGE ?= h3 li3 krb2 n2h2

longrange: environment
	@for name in $(LONGRANGE); do \
	  PATH="$(CURDIR)/$(BIN):$$PATH" OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/snakemake --cores $(CORES) \
	    -s workflow/modules/longrange.smk --configfile config/longrange/$$name.yaml || exit; done
	@$(VALIDATION) -- pages

judge: environment
	@$(MAKE) --no-print-directory run CONFIG=config/pairs/hdhe.yaml
	@$(VALIDATION) -- pages

judge-rotors: environment
	@for kind in _morse _classical ""; do \
	  $(MAKE) --no-print-directory run CONFIG=config/rotor_judge$$kind.yaml || exit 1; done
	@$(VALIDATION) -- pages

# Each item is made again: their tables are kept in the repository, so that ages of files say nothing.
PAPER = PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/snakemake --cores $(CORES) --quiet rules --forceall -s workflow/modules/paper.smk
# Empty: from what is kept; trajectories: campaigns, learning, search and networks before.
FROM ?=

paper: environment
	@case "$(FROM)" in ""|trajectories) ;; *) echo "error: FROM=$(FROM); give FROM=trajectories, or leave it out" >&2; exit 2;; esac
	@[ -z "$(FROM)" ] || $(BIN)/python validation/paper.py hours
	@[ -z "$(FROM)" ] || sh -evc "$$($(BIN)/python validation/paper.py commands)"
	@$(PAPER) -- page

search-hehd: environment
	@$(MAKE) --no-print-directory searches CONFIG=config/pairs/hdhe.yaml
	@$(VALIDATION) -- pages

clean:
	rm -rf .venv .venv-pythons $(ABINITIO) $(EXPORTS) $(DOCUMENTATION) site
