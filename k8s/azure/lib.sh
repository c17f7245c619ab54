# shellcheck shell=bash disable=SC2016,SC2034
# (SC2016: the shell that a dry run's output is pasted into expands it.)
# Functions that setup.sh and teardown.sh share: showing and running commands, waiting, and error messages.
# Works with bash 3.2 on a Mac too: no mapfile, no associative arrays, no namerefs.

EXIT_FAILED=1
EXIT_USAGE=2
EXIT_MISSING=3
EXIT_DEADLINE=4
# The exit status "not yet" of a command that await repeats.
NOT_YET=75
# az's exit status if a resource does not exist.
NO_SUCH_RESOURCE=3

# The tag by which teardown.sh recognises a group that setup.sh created.
TAG_NAME=made-by
TAG_VALUE=pod-identity-setup

DRY_RUN=
GROUP=podidentitydemo
APPLICATION=podidentitydemo
SUBSCRIPTION=
STEP=
SCRATCH=
SAID_WHY=

say() {
    printf '%s\n' "$*" >&2
}

# die STATUS MESSAGE...
die() {
    local status=$1
    shift
    say "$(basename "$0"): $*"
    SAID_WHY=yes
    exit "$status"
}

# step TEXT: prints what is done now; the text is shown again if it fails.
step() {
    STEP=$1
    if [ -n "$DRY_RUN" ]; then
        printf '\n# %s\n' "$1"
    else
        say "== $1"
    fi
}

# Runs at the end in every case, so that no file with a secret remains.
finish() {
    local status=$?
    trap - EXIT INT TERM
    if command -v clean_up > /dev/null; then
        clean_up
    fi
    [ -z "$SCRATCH" ] || rm -rf "$SCRATCH"
    if [ "$status" -ne 0 ] && [ -z "$SAID_WHY" ]; then
        say "$(basename "$0"): stopped at \"$STEP\" (exit $status). Everything created so far stays: run the same command again and it continues."
        [ "$status" -ge 128 ] || status=$EXIT_FAILED
    fi
    exit "$status"
}

begin() {
    trap finish EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    [ -n "$DRY_RUN" ] || SCRATCH=$(umask 077 && mktemp -d "${TMPDIR:-/tmp}/pod-identity.XXXXXX")
}

# quote WORD: quotes it for pasting into a shell. In a dry run, a value that is not known yet is printed as "$ITS_NAME".
quote() {
    local single="'\\''"
    case $1 in
        '' | *[!A-Za-z0-9_./:=@,+%-]*) ;;
        *)
            printf %s "$1"
            return
            ;;
    esac
    if [ -n "$DRY_RUN" ] && [[ $1 =~ \$[A-Z] ]]; then
        printf '"%s"' "$1"
    elif [[ $1 == *\'* && $1 != *[\"\$\`\\!]* ]]; then
        printf '"%s"' "$1"
    else
        printf "'%s'" "${1//\'/$single}"
    fi
}

# words WORD...: quoted, on one line.
words() {
    local word first=yes
    for word in "$@"; do
        [ -n "$first" ] || printf ' '
        first=
        quote "$word"
    done
}

# run COMMAND...: prints a command that changes something, and runs it unless this is a dry run.
run() {
    if [ -n "$DRY_RUN" ]; then
        words "$@"
        echo
        return
    fi
    say "   $(words "$@")"
    "$@" < /dev/null
}

# capture NAME COMMAND...: stores the output of the command in the variable; empty output or "None" is a failure.
capture() {
    local name=$1 value
    shift
    if [ -n "$DRY_RUN" ]; then
        printf '%s=$(%s)\n' "$name" "$(words "$@")"
        printf -v "$name" '$%s' "$name"
        return
    fi
    value=$("$@" < /dev/null)
    case $value in
        '' | None) die "$EXIT_FAILED" "no answer from: $(words "$@")" ;;
    esac
    printf -v "$name" %s "$value"
}

# exists COMMAND...: 0 if az finds it, 1 if it does not exist; for anything else, prints az's message and ends.
exists() {
    local status=0
    "$@" > /dev/null 2> "$SCRATCH/exists.err" < /dev/null || status=$?
    case $status in
        0) return 0 ;;
        "$NO_SUCH_RESOURCE") return 1 ;;
    esac
    cat "$SCRATCH/exists.err" >&2
    die "$EXIT_FAILED" "cannot tell whether it exists (exit $status): $(words "$@")"
}

# ensure CHECK... -- CREATE...: creates what the check does not find.
ensure() {
    local check=()
    while [ "$1" != -- ]; do
        check+=("$1")
        shift
    done
    shift
    if [ -n "$DRY_RUN" ]; then
        printf '%s 2> /dev/null || %s\n' "$(words "${check[@]}")" "$(words "$@")"
    elif exists "${check[@]}"; then
        say "   already exists"
    else
        run "$@"
    fi
}

# await WHAT SECONDS COMMAND...: waits until the command returns 0. NOT_YET means to repeat it after INTERVAL; any other
# status ends the script.
await() {
    local what=$1 limit=$2 began=$SECONDS status said=-30
    shift 2
    while :; do
        status=0
        "$@" || status=$?
        [ "$status" -ne 0 ] || break
        [ "$status" -eq "$NOT_YET" ] || die "$EXIT_FAILED" "$what: failed (exit $status)"
        [ $((SECONDS - began)) -lt "$limit" ] || die "$EXIT_DEADLINE" "$what: not within $limit s. Run the same command again and it continues."
        # On a terminal, one line that is updated; in a log, one line every 30 seconds.
        if [ -t 2 ]; then
            printf '\r   waiting: %s, %s s of %s s' "$what" "$((SECONDS - began))" "$limit" >&2
        elif [ $((SECONDS - said)) -ge 30 ]; then
            say "   waiting: $what, $((SECONDS - began)) s of $limit s"
            said=$SECONDS
        fi
        sleep "$INTERVAL"
    done
    [ ! -t 2 ] || printf '\r\033[K' >&2
    say "   $what: yes, after $((SECONDS - began)) s"
}

need_tool() {
    command -v "$1" > /dev/null || die "$EXIT_MISSING" "$1 is not installed, or not in PATH. $2"
}

need_sign_in() {
    az account show -o none > /dev/null 2>&1 < /dev/null \
        || die "$EXIT_MISSING" "nobody is signed in to Azure: run az login, and az account set --subscription NAME if there are several."
}

# option_value NAME COUNT: fails if no value follows the option.
option_value() {
    [ "$2" -ge 2 ] || die "$EXIT_USAGE" "$1 needs a value. See --help."
}

# match WHAT VALUE PATTERN: checks a value that will be used in commands and manifests. A value that a dry run does not
# know yet is accepted.
match() {
    if [ -n "$DRY_RUN" ] && [[ $2 =~ ^\$[A-Z_]+ ]]; then
        return
    fi
    [[ $2 =~ $3 ]] || die "$EXIT_USAGE" "$1 cannot be \"$2\": it must match $3"
}
