package io.podidentity.emulator.apiserver;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.manifest.Manifests;

/** A cluster with one of each thing that tests ask for. */
final class ServedCluster {

    static final String CLIENT_ID = "11111111-0000-4000-8000-00000000000a";

    static final String MANIFESTS = """
            apiVersion: v1
            kind: ServiceAccount
            metadata:
              name: orders
              annotations:
                azure.workload.identity/client-id: %s
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: orders
              labels: {app: orders}
            spec:
              replicas: 2
              selector: {matchLabels: {app: orders}}
              template:
                metadata:
                  labels: {app: orders, tier: back, azure.workload.identity/use: "true"}
                spec:
                  serviceAccountName: orders
                  containers:
                  - name: orders
                    image: example/orders:1
                    inventedField: kept
                    env: [{name: GREETING, value: hello}]
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: bare, labels: {aadpodidbinding: reader}}
            spec:
              containers: [{name: c, image: x}]
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: refused, namespace: other}
            spec:
              serviceAccountName: nobody-made-it
              containers: [{name: c, image: x}]
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: orders}
            stringData: {password: secret-text}
            ---
            apiVersion: aadpodidentity.k8s.io/v1
            kind: AzureIdentity
            metadata: {name: reader}
            spec:
              type: 0
              resourceID: /subscriptions/00000000-0000-4000-8000-000000000000/resourcegroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/reader
              clientID: 11111111-0000-4000-8000-00000000000b
            ---
            apiVersion: aadpodidentity.k8s.io/v1
            kind: AzureIdentityBinding
            metadata: {name: reader-binding}
            spec: {azureIdentity: reader, selector: reader}
            ---
            apiVersion: example.com/v1
            kind: Widget
            metadata: {name: w1}
            spec: {size: 3}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: dev-views}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
            subjects:
            - {apiGroup: rbac.authorization.k8s.io, kind: User, name: dev}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: borrower}
            rules:
            - apiGroups: [""]
              resources: [serviceaccounts/token]
              resourceNames: [orders]
              verbs: [create]
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: borrowers}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: borrower}
            subjects:
            - {apiGroup: rbac.authorization.k8s.io, kind: User, name: borrower}
            """.formatted(CLIENT_ID);

    private ServedCluster() {}

    static Manifests read(String text) {
        return new ManifestReader(Profile.V1_8_17).readText("cluster.yaml", text);
    }

    /** With the users dev, who views the namespace default, borrower, and nobody. */
    static PodIdentityEmulator.Builder served() {
        return PodIdentityEmulator.builder()
                .profile(Profile.V1_8_17)
                .manifests(read(MANIFESTS))
                .kubernetesApi("dev", "borrower", "nobody");
    }
}
