# shellcheck shell=bash disable=SC2153,SC2154
# podid doctor, judged by a real API server with its controllers and kubelet: healthy and broken workloads, each of the kinds
# that a controller makes, seen with the rights of an administrator, of the roles "view" and "edit", and of nobody.
# Needs: cluster
# Skipped without: E2E_CLUSTER E2E_NODE

doctor_end() {
    on_cluster kubectl patch pod gone -n doctor-broken --type=merge -p '{"metadata":{"finalizers":null}}'
    cluster_down mutatingwebhookconfigurations,clusterroles,clusterrolebindings,namespaces -l e2e=doctor
}

# The pause image is the one image that each node has.
doctor_begin() {
    local image
    cluster_up
    image=$(on_cluster kubectl get nodes -o json | jq -r '[.items[0].status.images[].names[] | select(test("pause[:@]") and (test("@") | not))][0]')
    "$PYTHON" "$ROOT/e2e/data/doctor-cluster.py" "$image" first | on_cluster kubectl apply -f -
    on_cluster kubectl wait -n doctor-quota resourcequota/none --for=jsonpath='{.status.hard.pods}'=0
    "$PYTHON" "$ROOT/e2e/data/doctor-cluster.py" "$image" later | on_cluster kubectl apply -f -
    on_cluster kubectl delete pod gone -n doctor-broken --wait=false
    on_cluster kubectl wait -n doctor-webhook --for=condition=Available deployment/webhook --timeout=60s
    on_cluster kubectl wait -n doctor-healthy --for=condition=Ready pods --all --timeout=60s
}

# doctor EXIT FILE USER NAMESPACE: what it says to that user, in JSON; all do without a token, since no Azure is there.
doctor() {
    local kubeconfig=$WORK/doctor-$3.json
    on_cluster kubectl config view --raw --minify --flatten -o json \
        | jq --arg user "doctor-$3" 'if $user == "doctor-admin" then . else .users[0].user.as = $user end' > "$kubeconfig"
    expect_exit "$1" "$2" on_cluster java -XX:TieredStopAtLevel=1 -jar "$PODID_JAR" doctor --kubeconfig="$kubeconfig" -n "doctor-$4" --no-token --format=json
}

doctor_of_the_healthy() {
    doctor 0 "$OUT/doctor-admin.json" admin healthy
    expect_json "$OUT/doctor-admin.json" '.verdict == "healthy"' '.workloads | length == 8' \
        '[.workloads[].links[] | select(.name == "binding" and .state == "ok")] | length == 1'
}

# What they may not see is neither well nor an alarm; what they may see and is broken, is.
doctor_with_few_rights() {
    local user asked=()
    for user in view edit nobody; do
        doctor 3 "$OUT/doctor-$user.json" "$user" healthy &
        asked+=($!)
    done
    for user in "${asked[@]}"; do wait "$user"; done
    for user in view edit nobody; do
        expect_json "$OUT/doctor-$user.json" '.verdict == "unknown"' '[.workloads[].links[] | select(.state == "failed")] == []' \
            'any(.missingRights[]; .remedy | test("kubectl create (cluster)?role "))'
    done
    doctor 1 "$OUT/doctor-broken-view.json" view broken
    expect_json "$OUT/doctor-broken-view.json" '[.workloads[] | select(any(.links[]; .state == "failed"))] | length == 8'
}

# fails FILE OBJECT LINK TEXT: the first link that fails.
fails() {
    # shellcheck disable=SC2016 # jq's variables
    jq -e --arg object "$2" --arg link "$3" --arg text "$4" '.workloads[] | select(.object == $object)
        | [.links[] | select(.state == "failed")][0] | .name == $link and (.what | contains($text)) and (.next | length > 0)' "$1" \
        || fail "$2: no $3 with \"$4\" in $1: $(jq -c --arg object "$2" '.workloads[] | select(.object == $object).links' "$1")"
}

doctor_of_the_broken() {
    local file=$OUT/doctor-broken.json end=$((SECONDS + 60))
    # The kubelet and the job's controller take some seconds until they give up.
    until doctor 1 "$file" admin broken && [ "$(jq '[.workloads[] | select(any(.links[]; .state == "failed"))] | length' "$file")" -eq 8 ]; do
        [ "$SECONDS" -lt "$end" ] || break
    done
    fails "$file" "Deployment doctor-broken/pulls" ready "Pull"
    fails "$file" "StatefulSet doctor-broken/db" ready "db-0: "
    fails "$file" "Deployment doctor-broken/crashes" ready "crashes-"
    fails "$file" "Deployment doctor-broken/pending" ready "Unschedulable: 0/1 nodes are available"
    fails "$file" "Deployment doctor-broken/config" ready 'CreateContainerConfigError: configmap "none" not found'
    fails "$file" "Deployment doctor-broken/unchanged" pod "has no AZURE_FEDERATED_TOKEN_FILE"
    fails "$file" "Deployment doctor-broken/account" objects 'serviceaccount "none" not found'
    # The identity binding in Azure may allow the account, which nobody can see from the cluster.
    expect_json "$file" 'any(.workloads[] | .links[]?; .name == "binding" and .state == "unknown"
        and (.what | startswith("no role lets doctor-broken/other use-managed-identity")))'
    fails "$file" "Job doctor-broken/failed" pod "BackoffLimitExceeded"
    # The pod that is being deleted is none of them.
    expect_json "$file" '.workloads | length == 9'
}

doctor_of_the_refused() {
    local file=$OUT/doctor-refused.json
    doctor 1 "$file" admin restricted
    fails "$file" "Deployment doctor-restricted/web" pod 'violates PodSecurity "restricted:'
    fails "$file" "StatefulSet doctor-restricted/db" pod 'violates PodSecurity "restricted:'
    fails "$file" "DaemonSet doctor-restricted/agent" pod 'violates PodSecurity "restricted:'
    fails "$file" "Job doctor-restricted/once" pod 'violates PodSecurity "restricted:'
    doctor 1 "$file" admin quota
    fails "$file" "Deployment doctor-quota/web" pod 'exceeded quota: none'
}

at_end doctor_end
check "healthy and broken workloads on a real cluster" doctor_begin
check "doctor: no alarm where all is well" doctor_of_the_healthy
check "with few rights it says what it does not know, and which right is missing" doctor_with_few_rights
check "it says in the server's words what does not start" doctor_of_the_broken
check "and what the server does not admit" doctor_of_the_refused
