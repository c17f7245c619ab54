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
      - {series: 'process_start_time_seconds{pod="loop"}', values: '0+60x80'}
      - {series: 'http_server_requests_seconds_count{pod="refused", uri="/api/blobs", status="403"}', values: '0+1x80'}
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
    promql_expr_test:
      - expr: count(ALERTS{alertstate="firing", alertname="RestartsAskForTokens"})
        eval_time: 40m
        exp_samples: [{value: 1}]
      - expr: count(ALERTS{alertstate="firing", alertname="StorageRefusesTheIdentity"})
        eval_time: 40m
        exp_samples: [{value: 1}]
YAML
    promtool test rules "$WORK/monitoring/test.yaml"
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

# The component can be added to any overlay and changes nothing else in it.
monitoring_component() {
    mkdir -p "$WORK/k8s/overlays/watched"
    cp -r "$ROOT/k8s/base" "$ROOT/k8s/components" "$ROOT/k8s/monitoring" "$WORK/k8s/"
    printf 'resources: [../../base]\ncomponents: [../../monitoring]\n' > "$WORK/k8s/overlays/watched/kustomization.yaml"
    kubectl kustomize "$WORK/k8s/overlays/watched" > "$WORK/monitoring/watched.yaml"
    expect_text "$WORK/monitoring/watched.yaml" 'kind: PodMonitor' 'kind: PrometheusRule' 'grafana_dashboard: "1"' 'name: podidentitydemo-dashboard'
}

check "Prometheus reads the rules" monitoring_rules
check "the rules fire when they should, and not before" monitoring_rules_fire
check "the dashboard's queries are PromQL" monitoring_dashboard
check "monitoring is a component of any overlay" monitoring_component
