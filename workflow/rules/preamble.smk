# What the campaign (common.smk) and every module (workflow/modules) begin with.
from vibrates.hpc import preamble
from vibrates.hpc.quiet import quieten

preamble.use_own_programs()

# Nothing is written and nobody is stopped while a Snakefile is read: only what is printed changes.
COMMAND_LINE = workflow.logger_manager.settings
RUNS = workflow.is_main_process and not COMMAND_LINE.dryrun

# At the end of a shell command: all its output goes into the log, and to the terminal as before. A
# log that cannot be written ends no job; Ctrl-C ends the command, and tee with it.
LOGGED = "2>&1 | (tee -i {log} || true) >&2"
