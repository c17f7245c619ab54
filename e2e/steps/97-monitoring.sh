# shellcheck shell=bash disable=SC2016
# k8s/monitoring: Prometheus itself reads the rules, and each rule fires in the situation that it is meant for
# (e2e/data/rules-test.yaml). So do those of Azure's rule group, read back as Prometheus would write them.

MONITORING=$WORK/monitoring
mkdir -p "$MONITORING"

# fires RULES: a file of rules in that folder.
fires() {
    promtool check rules "$MONITORING/$1"
    sed "s/NOTHING/$(printf 'NaN %.0s' {1..40})/; s/rules.json/$1/" "$ROOT/e2e/data/rules-test.yaml" > "$MONITORING/test.yaml"
    promtool test rules "$MONITORING/test.yaml"
}

monitoring_rules() {
    yaml_to_json < "$ROOT/k8s/monitoring/rules.yaml" | jq '.[0].spec' > "$MONITORING/rules.json"
    fires rules.json
}

monitoring_rule_group() {
    local group=$ROOT/k8s/monitoring/azure/rule-group.json
    expect_json "$group" '.resources | length == 1 and .[0].type == "Microsoft.AlertsManagement/prometheusRuleGroups"' \
        '.resources[0].properties | .interval == "PT1M" and (.scopes | length == 1)' \
        '.resources[0].properties.rules | all(.severity == ({critical: 0, warning: 2}[.labels.severity]))'
    jq '.resources[0] | {groups: [{name, rules: [.properties.rules[] | {alert, expr: .expression, labels, annotations,
        for: (.for | ltrimstr("PT") | ascii_downcase)}]}]}' "$group" > "$MONITORING/rule-group.json"
    fires rule-group.json
    expect_equal "$(jq -S '[.groups[].rules[]]' "$MONITORING/rules.json")" "$(jq -S '[.groups[].rules[]]' "$MONITORING/rule-group.json")"
}

monitoring_dashboard() {
    local expression
    expect_json "$ROOT/k8s/monitoring/dashboard.json" '.uid == "pod-identity"' '.schemaVersion >= 36' \
        '.panels | length >= 5 and ([.[].id] | unique | length) == length' \
        'all(.panels[]; (.gridPos | .x + .w <= 24) and (.targets | length >= 1) and .datasource.uid == "${datasource}")'
    while IFS= read -r expression; do
        promtool promql format --experimental "$expression" > /dev/null
    done < <(jq -r '.panels[].targets[].expr' "$ROOT/k8s/monitoring/dashboard.json")
}

# watched FOLDER COMPONENT: the folder with the component, rendered.
watched() {
    mkdir -p "$WORK/k8s/overlays/watched"
    cp -r "$ROOT/k8s"/{base,components,overlays,deployments,monitoring} "$WORK/k8s/"
    printf 'resources: [../../%s]\ncomponents: [../../%s]\n' "$1" "$2" > "$WORK/k8s/overlays/watched/kustomization.yaml"
    kubectl kustomize "$WORK/k8s/overlays/watched" > "$MONITORING/watched.yaml"
    yaml_to_json < "$MONITORING/watched.yaml" > "$MONITORING/watched.json"
}

# expect_scrape API-GROUP NAMESPACE: a monitor of that group finds the pod's port, and the policy lets that namespace in.
expect_scrape() {
    expect_json "$MONITORING/watched.json" \
        "(.[] | select(.kind == \"PodMonitor\")) as \$monitor | \$monitor.apiVersion == \"$1/v1\"
            and (map((.spec.template // .) | select(.spec.containers)) | first | (.metadata.labels | contains(\$monitor.spec.selector.matchLabels))
                and (.spec.containers[0].ports | any(.name == \$monitor.spec.podMetricsEndpoints[0].port)))" \
        ".[] | select(.kind == \"NetworkPolicy\") | .spec.ingress | any((.from[0].namespaceSelector.matchLabels[\"kubernetes.io/metadata.name\"] == \"$2\")
            and .ports == [{protocol: \"TCP\", port: \"management\"}])"
}

# Each component can be added to any overlay: Prometheus may read the metrics, and nobody else may.
monitoring_component() {
    watched overlays/workload-identity monitoring
    expect_text "$MONITORING/watched.yaml" 'kind: PrometheusRule' 'grafana_dashboard: "1"' 'name: podidentitydemo-dashboard'
    expect_scrape monitoring.coreos.com monitoring
    expect_json "$MONITORING/watched.json" '.[] | select(.kind == "NetworkPolicy") | .spec.ingress | length == 1'
    watched deployments/workload-identity monitoring/azure
    expect_scrape azmonitoring.coreos.com kube-system
    expect_json "$MONITORING/watched.json" '.[] | select(.kind == "PodMonitor") | .spec | .labelLimit == 63 and .labelValueLengthLimit == 1023' \
        'map(.kind) | index("PrometheusRule") == null'
}

check "Prometheus reads the rules, and they fire when they should, and not before" monitoring_rules
check "Azure's rule group is made of the same rules, and they fire in the same situations" monitoring_rule_group
check "the dashboard's queries are PromQL" monitoring_dashboard
check "Prometheus operator and Azure's Prometheus find the pods and are let in" monitoring_component
