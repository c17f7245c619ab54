// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.emulator.workload.Keys;

/** The part of the report with the steps of the migration, and the way back. Not thread-safe. */
final class StepsSection {

    private static final String DOCUMENT =
            "https://github.com/pod-identity/pod-identity-java/blob/main/docs/migrate.md";

    private static final String STEPS = """
            1. **Enable and federate.** `CLUSTER_GROUP=… CLUSTER=… %2$s./azure.sh`. Nothing changes for the pods that run. A new
               credential can take some minutes, and a pod that asks too early is refused for two more.
            2. **Deploy beside.** Apply %1$s to a test namespace or cluster first if you have one (it needs its own federated
               credentials), then to this one: `kubectl apply -f`, or `-k` for a kustomization. Service accounts
               come before the pods.
            3. **Verify.** `podid check --profile workload-identity` on the files; in a pod `AZURE_FEDERATED_TOKEN_FILE` must be
               set, and `java -jar token-provider.jar explain`, or your program, must name the client ID above.
               Libraries need: azure-identity for Java 1.9.0, .NET 1.9.0, Go 1.3.0, JavaScript 3.2.0, Python 1.13.0. Older
               ones and AppAuthentication ask the metadata service: `--proxy-sidecar` is for them.
            4. **Remove the old objects.** Only when all pods are verified: `kubectl delete azureidentitybinding,azureidentity`
               of the names below. `kubectl apply` has not removed them; GitOps with pruning has, so there use
               `--keep-pod-identity` first.
            5. **Uninstall** MIC and NMI when `kubectl get azureassignedidentities -A` is empty: `helm uninstall`, or
               `az aks update --disable-pod-identity`. Then take the roles Managed Identity Operator and Virtual Machine
               Contributor from the cluster's identity.\
            """;

    private static final String ROLLBACK = """
            Until step 4: apply the old files again, or `kubectl rollout undo`. MIC and NMI still run, the old objects are still
            there, and nothing in Azure was removed; the new federated credentials harm nobody. After step 4: apply the old
            objects first. After step 5: install aad-pod-identity again, which AKS no longer supports.\
            """;

    private static final String LABEL_STAYS =
            "The label `aadpodidbinding` and the objects stay (`--keep-pod-identity`): NMI still answers these"
                    + " pods, so a library that ignores workload identity goes unnoticed. Run without the"
                    + " option before step 4.";

    private static final String LABEL_GOES =
            "The label `aadpodidbinding` goes, since with both a library that ignores workload identity"
                    + " would be answered by NMI, and nobody would notice before step 5. For a time with"
                    + " both: `--keep-pod-identity`.";

    private final Migration migration;
    private final MarkdownWriter writer;

    StepsSection(Migration migration, MarkdownWriter writer) {
        this.migration = migration;
        this.writer = writer;
    }

    void write() {
        writeSteps();
        writer.writeHeading("Rollback");
        writer.writeLines(ROLLBACK);
    }

    private void writeSteps() {
        MigrationSettings settings = migration.settings();
        writer.writeHeading("In this order");
        String folder = settings.inPlace() ? "your folder" : "this folder";
        String environment = ClusterChoice.isNeeded(migration.plans()) ? "ENVIRONMENT=… " : "";
        writer.writeLines(STEPS.formatted(folder, environment));
        writer.writeLines("");
        writer.writeLines(settings.keepsPodIdentity() ? LABEL_STAYS : LABEL_GOES);
        if (settings.proxySidecar()) {
            writer.writeLines("\nThe sidecar (`" + Keys.INJECT_PROXY
                    + "`) is for the migration only, and has limits: see \"Old libraries\" in " + DOCUMENT
                    + ". Only the presence of the annotation counts: remove it, do not write \"false\".");
        }
        if (!migration.roleFiles().isEmpty()) {
            writer.writeLines("\nThe pods use identity bindings (`" + Keys.USE_IDENTITY_BINDING
                    + "`): azure.sh binds each managed"
                    + " identity to the cluster, and no credential of your own is needed. `"
                    + String.join("`, `", migration.roleFiles())
                    + "` lets the service accounts use them; apply it with"
                    + " them. Libraries must be told, and DefaultAzureCredential cannot do it: see \"Identity bindings\""
                    + " in " + DOCUMENT + ".");
        }
    }
}
