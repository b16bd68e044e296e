# Common beginning of the campaign (common.smk) and of every module (workflow/modules).
from vibrates.hpc import preamble, screen
from vibrates.hpc.quiet import jobs, quieten

preamble.use_own_programs()

# Reading a Snakefile writes no file and affects no other process; only the printed output changes.
COMMAND_LINE = workflow.logger_manager.settings
RUNS = workflow.is_main_process and not COMMAND_LINE.dryrun

# At the end of a shell command: its output goes into the log and to the terminal.
LOGGED = preamble.LOGGED
