#!/usr/bin/env bash
# The check of the GitHub Action, the GitLab component and the Azure Pipelines step: podid/install/check.sh SYSTEM PATH...
# SYSTEM is github, gitlab or azure. PODID is the program (podid), PODID_OPTIONS are further options of podid check.
# Writes podid.sarif or podid.xml into the working directory, reports the findings as the system reads them, and ends with
# podid's exit code.
set -euo pipefail
system=$1
shift
read -r -a options <<< "${PODID_OPTIONS:-}"
podid=("${PODID:-podid}" check "${options[@]}" "$@")

status=0
case $system in
    github) "${podid[@]}" --format sarif > podid.sarif || status=$? ;;
    gitlab | azure) "${podid[@]}" --format junit > podid.xml || status=$? ;;
    *) echo "unknown: $system" >&2 && exit 2 ;;
esac
[ "$status" -lt 2 ] || exit "$status"
"${podid[@]}" --format json 2> /dev/null > podid.json || true

# A line for each finding: what a line break and a percent sign are to the system, and | to a table.
case $system in
    github)
        jq -r '.[] | select(.severity) | def line: gsub("%"; "%25") | gsub("\r"; "%0D") | gsub("\n"; "%0A");
            "::\({error: "error", warning: "warning"}[.severity] // "notice") file=\(.file | line | gsub(","; "%2C") | gsub(":"; "%3A")),line=\(.line),col=\(.column),title=\(.rule)::\("\(.message)\n\(.remedy // "")" | line)"' podid.json
        {
            echo '### podid check'
            jq -r 'map(select(.severity)) | if length == 0 then "Nothing found." else "| | Where | Rule | What |\n|---|---|---|---|",
                (.[] | "| \(.severity) | `\(.file):\(.line)` | \(.rule) | \("\(.object): \(.message)" | gsub("[|\n]"; " ") | gsub("<"; "&lt;")) |") end' podid.json
        } >> "${GITHUB_STEP_SUMMARY:-/dev/stdout}"
        ;;
    azure)
        jq -r '.[] | select(.severity) | "##vso[task.logissue type=\(if .severity == "error" then "error" else "warning" end);sourcepath=\(.file);linenumber=\(.line);columnnumber=\(.column);code=\(.rule)]\(.message | gsub("\n"; " "))"' podid.json
        ;;
    gitlab) jq -r '.[] | select(.severity) | "\(.file):\(.line): \(.severity) \(.rule): \(.message)"' podid.json ;;
esac
exit "$status"
