# shellcheck shell=bash disable=SC2016,SC2034
# (SC2016: what a dry run prints is to be expanded by the shell that it is pasted into.)
# What setup.sh and teardown.sh share: how a command is shown, run and waited for, and what is said when it fails.
# Works with the bash 3.2 of a Mac too: no mapfile, no associative arrays, no namerefs.

EXIT_FAILED=1
EXIT_USAGE=2
EXIT_MISSING=3
EXIT_DEADLINE=4
# "Not yet": what a command that is waited for answers.
NOT_YET=75
# az's own answer when a resource does not exist.
NO_SUCH_RESOURCE=3

# The mark by which teardown.sh knows a group that setup.sh made.
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

# step TEXT: what is done now; named again if it fails.
step() {
    STEP=$1
    if [ -n "$DRY_RUN" ]; then
        printf '\n# %s\n' "$1"
    else
        say "== $1"
    fi
}

# The end, however it comes: nothing that holds a secret stays.
finish() {
    local status=$?
    trap - EXIT INT TERM
    if command -v clean_up > /dev/null; then
        clean_up
    fi
    [ -z "$SCRATCH" ] || rm -rf "$SCRATCH"
    if [ "$status" -ne 0 ] && [ -z "$SAID_WHY" ]; then
        say "$(basename "$0"): stopped at \"$STEP\" (exit $status). What was made stays: the same command goes on from there."
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

# quote WORD: as it can be pasted into a shell. In a dry run a value that is not known yet stands as "$ITS_NAME".
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

# run COMMAND...: shows what changes something, and runs it unless this is a dry run.
run() {
    if [ -n "$DRY_RUN" ]; then
        words "$@"
        echo
        return
    fi
    say "   $(words "$@")"
    "$@" < /dev/null
}

# capture NAME COMMAND...: what the command prints becomes the variable; nothing or "None" is a failure.
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

# exists COMMAND...: 0 if az finds it, 1 if there is none; anything else ends here, in az's own words.
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

# ensure CHECK... -- MAKE...: makes what the check does not find.
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
        say "   there already"
    else
        run "$@"
    fi
}

# await WHAT SECONDS COMMAND...: until the command answers 0. NOT_YET means again, after INTERVAL; anything else ends here.
await() {
    local what=$1 limit=$2 began=$SECONDS status said=-30
    shift 2
    while :; do
        status=0
        "$@" || status=$?
        [ "$status" -ne 0 ] || break
        [ "$status" -eq "$NOT_YET" ] || die "$EXIT_FAILED" "$what: failed (exit $status)"
        [ $((SECONDS - began)) -lt "$limit" ] || die "$EXIT_DEADLINE" "$what: not within $limit s. The same command goes on from here."
        # On a terminal one line that changes, in a log one every half a minute.
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

# option_value NAME COUNT: an option must not end the line.
option_value() {
    [ "$2" -ge 2 ] || die "$EXIT_USAGE" "$1 needs a value. See --help."
}

# match WHAT VALUE PATTERN: the values end up in commands and manifests. What a dry run does not know yet passes.
match() {
    if [ -n "$DRY_RUN" ] && [[ $2 =~ ^\$[A-Z_]+ ]]; then
        return
    fi
    [[ $2 =~ $3 ]] || die "$EXIT_USAGE" "$1 cannot be \"$2\": it must match $3"
}
