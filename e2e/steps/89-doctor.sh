# shellcheck shell=bash disable=SC2154
# kubectl podid doctor: the real kubectl, with podid as its plugin, on the API server of podid's tests and an emulated
# Azure. The cluster is broken, the doctor says what to do, that is done, and the doctor finds nothing. Needs no other step.

DOCTOR=$WORK/doctor

# A Deployment with the label on itself in place of its pods.
doctor_begin() {
    mkdir -p "$DOCTOR/bin"
    printf '#!/bin/sh\nexec "%s/bin/java" -jar "%s/podid/target/podid.jar" "$@"\n' "$JAVA_HOME" "$ROOT" > "$DOCTOR/bin/kubectl-podid"
    chmod +x "$DOCTOR/bin/kubectl-podid"
    cat > "$DOCTOR/cluster.yaml" << 'YAML'
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: azure-wi-webhook-mutating-webhook-configuration}
webhooks:
- name: mutation.azure-workload-identity.io
  admissionReviewVersions: [v1]
  sideEffects: None
  clientConfig: {service: {name: azure-wi-webhook-webhook-service, namespace: kube-system, path: /mutate-v1-pod}}
---
apiVersion: v1
kind: Pod
metadata: {name: azure-wi-webhook-controller-manager-0, namespace: kube-system, labels: {azure-workload-identity.io/system: "true"}}
spec: {containers: [{name: manager, image: "mcr.microsoft.com/oss/azure/workload-identity/webhook:v1.6.0"}]}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: orders, annotations: {azure.workload.identity/client-id: 21111111-1111-4111-8111-111111111111}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders, labels: {azure.workload.identity/use: "true"}}
spec:
  selector: {matchLabels: {app: orders}}
  template:
    metadata: {labels: {app: orders}}
    spec:
      serviceAccountName: orders
      containers: [{name: orders, image: example/orders}]
YAML
    start doctor-emulator java -cp "$ROOT/podid/target/test-classes:$ROOT/podid/target/podid.jar" \
        io.podidentity.podid.serve.ServedClusterMain --kubeconfig "$DOCTOR/kubeconfig" --profile workload-identity \
        "$DOCTOR/cluster.yaml"
    wait_until 60 doctor-emulator grep -q '^{' "$WORK/doctor-emulator.out"
    head -1 "$WORK/doctor-emulator.out" > "$DOCTOR/azure.json"
}

# doctor OPTION...: as a user calls it; its exit code is the function's.
doctor() {
    PATH=$DOCTOR/bin:$PATH KUBECONFIG=$DOCTOR/kubeconfig kubectl podid doctor --ca "$(jq -r .ca "$DOCTOR/azure.json")" \
        --authority-host "$(jq -r .entra "$DOCTOR/azure.json")" "$@" > "$OUT/doctor.txt" 2>&1
}

doctor_says_why() {
    local status=0
    doctor --namespace=default || status=$?
    expect_equal 1 "$status"
    expect_text "$OUT/doctor.txt" 'Deployment default/orders' \
        'FAILED  objects   Deployment default/orders' 'the pod itself lacks the label azure.workload.identity/use' \
        'of a workload: to spec.template.metadata.labels' 'Not healthy: 1 of 1 workloads'
}

# The file is applied again by itself, as kubectl apply would.
doctor_is_happy() {
    sed -i 's/metadata: {labels: {app: orders}}/metadata: {labels: {app: orders, azure.workload.identity\/use: "true"}}/' "$DOCTOR/cluster.yaml"
    wait_until 60 doctor-emulator doctor --blob "$(jq -r .storage "$DOCTOR/azure.json")/samples"
    cp "$OUT/doctor.txt" "$OUT/doctor-healthy.txt"
    expect_text "$OUT/doctor-healthy.txt" 'ok      webhook' 'ok      token     issuer https://' \
        'subject system:serviceaccount:default:orders, audience api://AzureADTokenExchange' \
        'ok      Entra ID  gives client ID 21111111-1111-4111-8111-111111111111 a token' \
        'ok      role      the identity may read' 'Healthy.'
    expect_no_secret "$OUT/doctor-healthy.txt" "$WORK/doctor-emulator.err"
}

# What MIC and NMI said in 2020, and what it means.
doctor_reads_logs() {
    printf '%s\n' 'time="2020-01-25T09:55:08Z" level=warning msg="parameter resource cannot be empty" req.method=GET' \
        'time="2020-01-25T09:55:08Z" level=info msg="Status (200) took 350698785 ns" req.method=GET' \
        | PATH=$DOCTOR/bin:$PATH kubectl podid explain --log - > "$OUT/log.txt"
    expect_text "$OUT/log.txt" '2 of 2 lines known' 'asks for a token without saying for what' 'Since line 2 a program gets its token'
}

check "a cluster whose Deployment has the label in the wrong place" doctor_begin
check "kubectl podid doctor says why its pod has no identity" doctor_says_why
check "it is happy once that is put right" doctor_is_happy
check "kubectl podid explain --log says what a log means" doctor_reads_logs
stop doctor-emulator
