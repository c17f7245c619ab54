# shellcheck shell=bash
# k8s/monitoring: Prometheus itself reads the rules, and each rule fires in the situation that it is meant for
# (e2e/data/rules-test.yaml). Those of Azure's rule group are the same, and both kinds of Prometheus are let in: MonitoringTest
# and ManifestsTest of the demo.

MONITORING=$WORK/monitoring
mkdir -p "$MONITORING"

monitoring_rules() {
    yaml_to_json < "$ROOT/k8s/monitoring/rules.yaml" | jq '.[0].spec' > "$MONITORING/rules.json"
    promtool check rules "$MONITORING/rules.json"
    sed "s/NOTHING/$(printf 'NaN %.0s' {1..40})/" "$ROOT/e2e/data/rules-test.yaml" > "$MONITORING/test.yaml"
    promtool test rules "$MONITORING/test.yaml"
}

monitoring_dashboard() {
    local expression
    # shellcheck disable=SC2016
    expect_json "$ROOT/k8s/monitoring/dashboard.json" '.uid == "pod-identity"' '.schemaVersion >= 36' \
        '.panels | length >= 5 and ([.[].id] | unique | length) == length' \
        'all(.panels[]; (.gridPos | .x + .w <= 24) and (.targets | length >= 1) and .datasource.uid == "${datasource}")'
    while IFS= read -r expression; do
        promtool promql format --experimental "$expression" > /dev/null
    done < <(jq -r '.panels[].targets[].expr' "$ROOT/k8s/monitoring/dashboard.json")
}

check "Prometheus reads the rules, and they fire when they should, and not before" monitoring_rules
check "the dashboard's queries are PromQL" monitoring_dashboard
