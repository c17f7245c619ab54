# shellcheck shell=bash disable=SC2016,SC2034
# (SC2016, SC2034: commands are texts, whose variables are expanded when they run.)
# Functions that setup.sh and teardown.sh share: options, showing and running commands, waiting, and error messages.
# Works with bash 3.2 on a Mac too: no mapfile, no associative arrays, no namerefs.

EXIT_FAILED=1 EXIT_USAGE=2 EXIT_MISSING=3 EXIT_DEADLINE=4
# The exit status "not yet" of a command that await repeats, and az's if a resource does not exist.
NOT_YET=75 NO_SUCH_RESOURCE=3
# The tag by which teardown.sh recognises a group that setup.sh created.
GROUP_TAG=made-by=pod-identity-setup
NAME_PATTERN='^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$'
GUID='^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'
STEP='' SCRATCH='' SAID_WHY='' DRY_RUN=''

say() {
    printf '%s\n' "$*" >&2
}

# die STATUS MESSAGE...
die() {
    SAID_WHY=yes
    say "$(basename "$0"): ${*:2}"
    exit "$1"
}

# step TEXT: prints what is done now; the text is shown again if it fails.
step() {
    STEP=$1
    if [ -n "$DRY_RUN" ]; then printf '\n# %s\n' "$1"; else say "== $1"; fi
}

# Runs at the end in every case, so that no file with a secret remains: whatever a command makes by mktemp is in SCRATCH.
finish() {
    local status=$?
    trap - EXIT INT TERM
    [ -z "${FORWARD_PID:-}" ] || kill "$FORWARD_PID" 2> /dev/null || true
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
    unset KUBECONFIG DOCKER_CONFIG
    [ -z "$DRY_RUN" ] || return 0
    SCRATCH=$(umask 077 && mktemp -d "${TMPDIR:-/tmp}/pod-identity.XXXXXX")
    export TMPDIR=$SCRATCH
}

# parse ARGUMENT...: OPTIONS has a line for each option: name|default|what it is|pattern of its values, or flag. The option
# --some-name sets SOME_NAME.
parse() {
    local table=$'\n'$OPTIONS$'\n' name value what pattern text=$HELP$'\n'
    while IFS='|' read -r name value what pattern; do
        set_option "$name" "$value"
        text+=$(printf '\n  --%-19s %s%s' "$name" "$what" "${value:+ ($value)}")
    done <<< "$OPTIONS"
    while [ $# -gt 0 ]; do
        case $1 in -h | --help) printf '%s\n' "$text" && exit 0 ;; esac
        [[ $1 == --* && $table == *$'\n'"${1#--}|"* ]] || die "$EXIT_USAGE" "unknown option \"$1\". See --help."
        pattern=${table#*$'\n'"${1#--}|"*|*|} pattern=${pattern%%$'\n'*} value=yes
        if [ "$pattern" != flag ]; then
            [ $# -ge 2 ] || die "$EXIT_USAGE" "$1 needs a value. See --help."
            value=$2
            match "$1" "$value" "$pattern"
        fi
        set_option "${1#--}" "$value"
        [ "$pattern" = flag ] || shift
        shift
    done
}

set_option() {
    printf -v "$(printf %s "$1" | tr 'a-z-' 'A-Z_')" %s "$2"
}

# match WHAT VALUE PATTERN: checks a value that will be used in commands.
match() {
    [[ $2 =~ $3 ]] || die "$EXIT_USAGE" "$1 cannot be \"$2\": it must match $3"
}

# shown TEXT: with the value, where it is known, in place of "$NAME".
shown() {
    local text=$1 before='' whole name value pattern='"?\$([A-Z_]+)"?'
    while [[ $text =~ $pattern ]]; do
        whole=${BASH_REMATCH[0]} name=${BASH_REMATCH[1]}
        value=${!name:-\$$name}
        before+=${text%%"$whole"*} text=${text#*"$whole"}
        if [[ $whole == \"*\" && $value != *[!A-Za-z0-9_./:=@,+%-]* ]]; then before+=$value; else before+=${whole/"\$$name"/"$value"}; fi
    done
    printf %s "$before$text"
}

# run TEXT: prints a command that changes something, and runs it unless this is a dry run.
run() {
    if [ -n "$DRY_RUN" ]; then
        shown "$1"
        echo
    else
        say "   $(shown "$1")"
        eval "$1" < /dev/null
    fi
}

# capture NAME TEXT: stores the output of the command in the variable; empty output or "None" is a failure.
capture() {
    local value
    if [ -n "$DRY_RUN" ]; then
        printf '%s=$(%s)\n' "$1" "$(shown "$2")"
        return
    fi
    value=$(eval "$2" < /dev/null)
    case $value in '' | None) die "$EXIT_FAILED" "no answer from: $(shown "$2")" ;; esac
    printf -v "$1" %s "$value"
}

# exists TEXT: 0 if az finds it, 1 if it does not exist; for anything else, prints az's message and ends.
exists() {
    local status=0
    eval "$1" > /dev/null 2> "$SCRATCH/exists.err" < /dev/null || status=$?
    [ "$status" -ne "$NO_SUCH_RESOURCE" ] || return 1
    [ "$status" -eq 0 ] || {
        cat "$SCRATCH/exists.err" >&2
        die "$EXIT_FAILED" "cannot tell whether it exists (exit $status): $(shown "$1")"
    }
}

# ensure CHECK CREATE: creates what the check does not find.
ensure() {
    if [ -n "$DRY_RUN" ]; then
        printf '%s 2> /dev/null || %s\n' "$(shown "$1")" "$(shown "$2")"
    elif exists "$1"; then
        say "   already exists"
    else
        run "$2"
    fi
}

# await WHAT COMMAND...: waits until the command returns 0, and says so every 30 seconds. NOT_YET means to repeat it after
# INTERVAL; any other status ends the script.
await() {
    local what=$1 began=$SECONDS status said=-30
    shift
    while :; do
        status=0
        "$@" || status=$?
        [ "$status" -ne 0 ] || break
        [ "$status" -eq "$NOT_YET" ] || die "$EXIT_FAILED" "$what: failed (exit $status)"
        [ $((SECONDS - began)) -lt "$TIMEOUT" ] || die "$EXIT_DEADLINE" "$what: not within $TIMEOUT s. Run the same command again and it continues."
        [ $((SECONDS - said)) -lt 30 ] || { said=$SECONDS && say "   waiting: $what, $((SECONDS - began)) s of $TIMEOUT s"; }
        sleep "$INTERVAL"
    done
    say "   $what: yes, after $((SECONDS - began)) s"
}

need_tool() {
    command -v "$1" > /dev/null || die "$EXIT_MISSING" "$1 is not installed, or not in PATH. $2"
}

need_azure() {
    [ -z "$DRY_RUN" ] || return 0
    need_tool az "See https://learn.microsoft.com/cli/azure/install-azure-cli"
    az account show -o none > /dev/null 2>&1 < /dev/null \
        || die "$EXIT_MISSING" "nobody is signed in to Azure: run az login, and az account set --subscription NAME if there are several."
}

# connect: kubectl works on the cluster, by a file that is deleted at the end.
connect() {
    run 'export KUBECONFIG=$(mktemp)'
    run 'az aks get-credentials -g "$CLUSTER_GROUP" -n "$CLUSTER" --file "$KUBECONFIG" --overwrite-existing -o none'
}
