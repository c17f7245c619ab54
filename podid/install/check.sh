#!/usr/bin/env bash
# The check of the GitHub Action, the GitLab component and the Azure Pipelines step: check.sh SYSTEM PATH...
# SYSTEM is github, gitlab or azure. PODID is the program (podid), PODID_OPTIONS are further options of podid check.
# Writes podid.sarif or podid.xml into the working directory, reports the findings as the system reads them, and ends with
# podid's exit code. If podid cannot use the input, there is no podid.sarif or podid.xml.
#
# Names of files and objects are a stranger's words in a pull request, and each system obeys lines of a certain form.
# So every word goes through the encoder of its system, and podid's own messages through "harmless".
set -euo pipefail
system=$1
shift
read -r -a options <<< "${PODID_OPTIONS:-}"
podid=("${PODID:-podid}" check "${options[@]}" "$@")

# The beginnings of log commands: "##" anywhere in a line, "::" at the start of one. No control character but the line break.
harmless() {
    sed -e 's/##/# #/g' -e 's/^\([[:space:]]*\):\{2,\}/\1: :/' | tr -d '\000-\010\013-\037\177'
}

report=podid.xml
format=junit
case $system in
    github) report=podid.sarif format=sarif ;;
    gitlab | azure) ;;
    *) echo 'check.sh: the first argument is github, gitlab or azure' >&2 && exit 2 ;;
esac
messages=$(mktemp)
trap 'rm -f "$messages"' EXIT

status=0
"${podid[@]}" --format "$format" > "$report" 2> "$messages" || status=$?
harmless < "$messages" >&2
if [ "$status" -ge 2 ]; then
    rm -f "$report"
    exit "$status"
fi
"${podid[@]}" --format json 2> /dev/null > podid.json || true

# plain: one line without control characters and characters that reorder others. github, azure: as their log commands escape
# a property. cell: as HTML, of which a table of GitHub's summary obeys nothing.
# shellcheck disable=SC2016 # jq's variables
encoders='
    def plain: gsub("[\\r\\n\\t\\x{2028}\\x{2029}]+"; " ") | gsub("[\\p{Cc}\\p{Cf}]"; "?") | gsub("##"; "# #");
    def github: plain | gsub("%"; "%25") | gsub(","; "%2C") | gsub(":"; "%3A");
    def azure: plain | gsub("%"; "%AZP25") | gsub(";"; "%3B") | gsub("\\]"; "%5D");
    def cell: plain | [explode[] | if (. > 127) or ([.] | implode | test("[A-Za-z0-9 ,.:/=-]")) then [.] | implode
        else "&#\(.);" end] | join("");
    .[] | select(.severity)'
case $system in
    github)
        jq -r "$encoders"' | "::\({error: "error", warning: "warning"}[.severity] // "notice") file=\(.file | github),line=\(.line),col=\(.column),title=\(.rule | github)::\(.message | plain | gsub("%"; "%25"))%0A\(.remedy // "" | plain | gsub("%"; "%25"))"' podid.json
        {
            echo '### podid check'
            if jq -e 'map(select(.severity)) | length == 0' podid.json > /dev/null; then
                echo 'Nothing found.'
            else
                printf '| | Where | Rule | What |\n|---|---|---|---|\n'
                jq -r "$encoders"' | "| \(.severity | cell) | \("\(.file):\(.line)" | cell) | \(.rule | cell) | \("\(.object): \(.message)" | cell) |"' podid.json
            fi
        } >> "${GITHUB_STEP_SUMMARY:-/dev/stdout}"
        ;;
    azure)
        jq -r "$encoders"' | "##vso[task.logissue type=\(if .severity == "error" then "error" else "warning" end);sourcepath=\(.file | azure);linenumber=\(.line);columnnumber=\(.column);code=\(.rule | azure)]\(.message | plain | gsub("%"; "%AZP25"))"' podid.json
        ;;
    gitlab) jq -r "$encoders"' | "\(.file | plain):\(.line): \(.severity) \(.rule | plain): \(.message | plain)"' podid.json ;;
esac
exit "$status"
