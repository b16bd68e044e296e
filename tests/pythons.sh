#!/bin/sh
# The fast tests with every supported Python that can be had here and is not that of .venv; for the others, that the
# locked versions have packages for it. Each environment stays in .venv-pythons/VERSION.
#   sh tests/pythons.sh [VERSION ...]        make test-pythons
cd "$(dirname "$0")/.." || exit 1
failed=0
own=$(.venv/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')
# pyenv offers only its default version by name, unless it is told all of them.
! command -v pyenv > /dev/null || PYENV_VERSION=$(pyenv versions --bare | paste -sd: -) && export PYENV_VERSION

for version in ${*:-3.11 3.12 3.13}; do
    python=python$version
    place=.venv-pythons/$version
    if [ "$version" = "$own" ]; then
        echo "Python $version: that of .venv (make test)"
    elif ! $python -c '' 2> /dev/null; then
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --dry-run --require-hashes \
            --only-binary=:all: --python-version "$version" --target "$place" -r envs/requirements.txt &&
            echo "Python $version: not installed here; all locked packages exist for it, nothing was tested" ||
            { echo "error: Python $version: the lock cannot be installed"; failed=1; }
    else
        [ -f "$place/.ready" ] && [ "$place/.ready" -nt envs/requirements.txt ] || {
            $python -m venv "$place" &&
                "$place/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes \
                    -r envs/requirements.txt &&
                "$place/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps \
                    --no-build-isolation -e . &&
                touch "$place/.ready"
        } || { echo "error: Python $version: the lock cannot be installed"; failed=1; continue; }
        echo "Python $version: fast tests"
        PATH="$PWD/$place/bin:$PATH" "$place/bin/python" -m pytest -n "${WORKERS:-2}" --dist loadfile \
            --no-loadscope-reorder -m "not slow and not slurm and not exports" || failed=1
    fi
done
exit "$failed"
