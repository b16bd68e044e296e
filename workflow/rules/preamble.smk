# Common beginning of the campaign (common.smk) and of every module (workflow/modules).
from vibrates.hpc import preamble
from vibrates.hpc.quiet import quieten

preamble.use_own_programs()

# Reading a Snakefile writes no file and affects no other process; only the printed output changes.
COMMAND_LINE = workflow.logger_manager.settings
RUNS = workflow.is_main_process and not COMMAND_LINE.dryrun

# At the end of a shell command: all its output goes into the log, and to the terminal without what
# the MPI launcher adds about the end of its processes. A log that cannot be written ends no job.
# After Ctrl-C both programs stay until the command has ended.
LAUNCHER = r"^\[mpiexec@|^Abort\(|^=|^YOUR APPLICATION TERM|^This typically|^Please see the FAQ"
LOGGED = (
    "2>&1 | (tee -i {log} || true) | "
    f"(trap '' INT; exec sed -u -E -e '/{LAUNCHER}/d' -e '/^$/d') >&2"
)
