# shellcheck shell=bash disable=SC2016
# k8s/monitoring: Prometheus itself reads the rules, and each rule fires in the situation that it is meant for.

monitoring_rules() {
    mkdir -p "$WORK/monitoring"
    "$PYTHON" -c 'import json, sys, yaml
json.dump(yaml.safe_load(open(sys.argv[1]))["spec"], sys.stdout)' "$ROOT/k8s/monitoring/rules.yaml" > "$WORK/monitoring/rules.json"
    promtool check rules "$WORK/monitoring/rules.json"
}

# A token that is renewed, one that is not, none at all, and a pod that restarts.
monitoring_rules_fire() {
    # The notation for series can repeat only numbers.
    local nothing
    nothing=$(printf 'NaN %.0s' {1..40})
    sed "s/NOTHING/$nothing/" > "$WORK/monitoring/test.yaml" << 'YAML'
rule_files: [rules.json]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - {series: 'tokenprovider_token_remaining_seconds{pod="renewed"}', values: '3600-60x54 3600-60x20'}
      - {series: 'tokenprovider_token_remaining_seconds{pod="stuck"}', values: '3600-60x80'}
      - {series: 'tokenprovider_token_remaining_seconds{pod="without"}', values: 'NOTHING'}
      - {series: 'process_start_time_seconds{job="podidentitydemo", pod="loop"}', values: '0+60x80'}
      - {series: 'process_start_time_seconds{job="somebody-else", pod="cron"}', values: '0+60x80'}
      - {series: 'http_server_requests_seconds_count{job="podidentitydemo", pod="refused", uri="/api/blobs", status="403"}', values: '0+1x80'}
      - {series: 'up{job="podidentitydemo", pod="alive"}', values: '1x60 _x20'}
      - {series: 'up{job="podidentitydemo", pod="dead"}', values: '0x60 _x20'}
    alert_rule_test:
      - {eval_time: 54m, alertname: TokenNotRenewed, exp_alerts: []}
      - eval_time: 59m
        alertname: TokenNotRenewed
        exp_alerts:
          - exp_labels: {pod: stuck, severity: warning}
            exp_annotations:
              summary: 'stuck cannot renew its token for : 1m 0s left'
              description: 'GET /actuator/health/token in the pod says why, and what to do.'
      - eval_time: 30m
        alertname: TokenMissing
        exp_alerts:
          - exp_labels: {pod: without, severity: critical}
            exp_annotations:
              summary: 'without has had no token for  for ten minutes'
              description: 'A new pod may need some minutes until its identity is known. After that, see GET /actuator/tokenprovider.'
      - {eval_time: 40m, alertname: NoPodToWatch, exp_alerts: []}
      - eval_time: 79m
        alertname: NoPodToWatch
        exp_alerts:
          - exp_labels: {job: podidentitydemo, severity: critical}
            exp_annotations:
              summary: 'Prometheus knows no pod with the label app=podidentitydemo'
              description: 'Either nothing is deployed, or the PodMonitor is missing, or Prometheus does not select it.'
    promql_expr_test:
      - expr: count by (pod) (ALERTS{alertstate="firing", alertname="RestartsAskForTokens"})
        eval_time: 40m
        exp_samples: [{labels: '{pod="loop"}', value: 1}]
      - expr: count by (pod) (ALERTS{alertstate="firing", alertname="PodDoesNotAnswer"})
        eval_time: 40m
        exp_samples: [{labels: '{pod="dead"}', value: 1}]
      - expr: count(ALERTS{alertstate="firing", alertname="StorageRefusesTheIdentity"})
        eval_time: 40m
        exp_samples: [{value: 1}]
YAML
    promtool test rules "$WORK/monitoring/test.yaml"
}

# Azure's rule group, read back as Prometheus would write it, in the same situations.
monitoring_rule_group() {
    local group=$ROOT/k8s/monitoring/azure/rule-group.json
    expect_json "$group" '.resources | length == 1 and .[0].type == "Microsoft.AlertsManagement/prometheusRuleGroups"' \
        '.resources[0].properties | .interval == "PT1M" and (.scopes | length == 1)' \
        '.resources[0].properties.rules | all(.severity == ({critical: 0, warning: 2}[.labels.severity]))'
    jq '.resources[0] | {groups: [{name, rules: [.properties.rules[] | {alert, expr: .expression, labels, annotations,
        for: (.for | ltrimstr("PT") | ascii_downcase)}]}]}' "$group" > "$WORK/monitoring/rule-group.json"
    sed 's/rules.json/rule-group.json/' "$WORK/monitoring/test.yaml" > "$WORK/monitoring/test-rule-group.yaml"
    promtool test rules "$WORK/monitoring/test-rule-group.yaml"
    expect_equal "$(jq -S '[.groups[].rules[]]' "$WORK/monitoring/rules.json")" "$(jq -S '[.groups[].rules[]]' "$WORK/monitoring/rule-group.json")"
}

monitoring_dashboard() {
    expect_json "$ROOT/k8s/monitoring/dashboard.json" '.uid == "pod-identity"' '.schemaVersion >= 36' \
        '.panels | length >= 5 and ([.[].id] | unique | length) == length' \
        'all(.panels[]; (.gridPos | .x + .w <= 24) and (.targets | length >= 1) and .datasource.uid == "${datasource}")'
    local expression
    while IFS= read -r expression; do
        promtool promql format --experimental "$expression" > /dev/null
    done < <(jq -r '.panels[].targets[].expr' "$ROOT/k8s/monitoring/dashboard.json")
}

# watched FOLDER COMPONENT: the folder with the component, rendered.
watched() {
    rm -rf "$WORK/k8s"
    mkdir -p "$WORK/k8s"
    cp -r "$ROOT/k8s"/{base,components,overlays,deployments,monitoring} "$WORK/k8s/"
    mkdir -p "$WORK/k8s/overlays/watched"
    printf 'resources: [../../%s]\ncomponents: [../../%s]\n' "$1" "$2" > "$WORK/k8s/overlays/watched/kustomization.yaml"
    kubectl kustomize "$WORK/k8s/overlays/watched" > "$WORK/monitoring/watched.yaml"
    "$PYTHON" -c 'import json, sys, yaml
print(json.dumps([d for d in yaml.safe_load_all(open(sys.argv[1])) if d]))' "$WORK/monitoring/watched.yaml" > "$WORK/monitoring/watched.json"
}

# expect_scrape API-GROUP NAMESPACE: a monitor of that group finds the pod's port, and the policy lets that namespace in.
expect_scrape() {
    expect_json "$WORK/monitoring/watched.json" \
        "(.[] | select(.kind == \"PodMonitor\")) as \$monitor | \$monitor.apiVersion == \"$1/v1\"
            and (map((.spec.template // .) | select(.spec.containers)) | first | (.metadata.labels | contains(\$monitor.spec.selector.matchLabels))
                and (.spec.containers[0].ports | any(.name == \$monitor.spec.podMetricsEndpoints[0].port)))" \
        ".[] | select(.kind == \"NetworkPolicy\") | .spec.ingress | any((.from[0].namespaceSelector.matchLabels[\"kubernetes.io/metadata.name\"] == \"$2\")
            and .ports == [{protocol: \"TCP\", port: \"management\"}])"
}

# Each component can be added to any overlay: Prometheus may read the metrics, and nobody else may.
monitoring_component() {
    watched overlays/workload-identity monitoring
    expect_text "$WORK/monitoring/watched.yaml" 'kind: PrometheusRule' 'grafana_dashboard: "1"' 'name: podidentitydemo-dashboard'
    expect_scrape monitoring.coreos.com monitoring
    expect_json "$WORK/monitoring/watched.json" '.[] | select(.kind == "NetworkPolicy") | .spec.ingress | length == 1'
    watched deployments/workload-identity monitoring/azure
    expect_scrape azmonitoring.coreos.com kube-system
    expect_json "$WORK/monitoring/watched.json" '.[] | select(.kind == "PodMonitor") | .spec | .labelLimit == 63 and .labelValueLengthLimit == 1023' \
        'map(.kind) | index("PrometheusRule") == null'
}

check "Prometheus reads the rules" monitoring_rules
check "the rules fire when they should, and not before" monitoring_rules_fire
check "Azure's rule group is made of the same rules, and they fire in the same situations" monitoring_rule_group
check "the dashboard's queries are PromQL" monitoring_dashboard
check "Prometheus operator and Azure's Prometheus find the pods and are let in" monitoring_component
