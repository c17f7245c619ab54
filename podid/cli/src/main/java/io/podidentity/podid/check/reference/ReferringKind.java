// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.reference;

import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.podid.check.reference.ReferringKind.Sign.Way;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A kind of object that refers to an Azure identity. To follow another one is an entry of {@link #ALL} and a fixture.
 * Paths are keys between slashes; {@code []} stands for each element of a list, {@code {}} for the YAML or JSON in a
 * text.
 *
 * @param kinds between spaces
 * @param settings where the fields of the signs are
 * @param signs the first that is there tells how the token is got; without one the object needs no identity
 * @param account where the service account is named whose token is exchanged; empty if it is that of the runner,
 *     which the webhook must have changed then; {@link #OF_RUNNER} if it need not
 * @param runner what gets the token for the object
 * @param runs whether a pod is that
 * @param instead what to write where there is no NMI
 * @param page that says all of this
 */
public record ReferringKind(
        String group,
        String kinds,
        String settings,
        List<Sign> signs,
        String account,
        String runner,
        BiPredicate<PodSource, FieldLocation> runs,
        String instead,
        String page) {

    /**
     * A field of the settings that tells the way to a token.
     *
     * @param field empty for the settings themselves
     * @param value of it; empty for any
     * @param clientId where the client ID stands, if the object names one
     */
    public record Sign(Way way, String field, String value, String clientId) {

        public enum Way {
            /** Of NMI, always. */
            NMI,
            /** Of the metadata service, which is NMI for a runner with the label of pod identity, else the node's. */
            METADATA,
            /** Of the node's metadata service, always. */
            NODE,
            /** In exchange for a token of a service account, always. */
            WORKLOAD,
            /** By workload identity if the webhook has changed the runner, else as METADATA. */
            AMBIENT,
            /** As AMBIENT, but by workload identity it is always the client ID of the runner's account. */
            AMBIENT_OF_ACCOUNT,
            SECRET
        }

        boolean isIn(FieldLocation settings) {
            FieldLocation found = field.isEmpty() ? settings : settings.at(field);
            return value.isEmpty()
                    ? !found.text().isEmpty() || !found.keys().isEmpty()
                    : found.text().equalsIgnoreCase(value);
        }
    }

    static final String OF_RUNNER = ".";

    private static final String IN_TEXT = "/{}";

    static final String MOUNTING = "the pod that mounts it";
    private static final List<Sign> OF_FLUX = List.of(new Sign(Way.AMBIENT, "provider", "azure", ""));

    static final List<ReferringKind> ALL = List.of(
            new ReferringKind(
                    "secrets-store.csi.x-k8s.io",
                    "SecretProviderClass",
                    "spec/parameters",
                    List.of(
                            new Sign(Way.NMI, "usePodIdentity", "true", ""),
                            new Sign(Way.NODE, "useVMManagedIdentity", "true", "userAssignedIdentityID"),
                            new Sign(Way.WORKLOAD, "clientID", "", "clientID")),
                    OF_RUNNER,
                    MOUNTING,
                    mounts("csi", "volumeAttributes", "secretProviderClass"),
                    "usePodIdentity: \"false\" and clientID",
                    "https://azure.github.io/secrets-store-csi-driver-provider-azure/docs/configurations/"
                            + "identity-access-modes/workload-identity-mode/"),
            new ReferringKind(
                    "external-secrets.io",
                    "SecretStore ClusterSecretStore",
                    "spec/provider/azurekv",
                    List.of(
                            new Sign(Way.WORKLOAD, "authType", "WorkloadIdentity", "authSecretRef/clientId"),
                            new Sign(Way.METADATA, "authType", "ManagedIdentity", "identityId")),
                    "serviceAccountRef",
                    "external-secrets",
                    image("external-secrets"),
                    "authType: WorkloadIdentity and serviceAccountRef, without identityId",
                    "https://external-secrets.io/latest/provider/azure-key-vault"),
            new ReferringKind(
                    "keda.sh",
                    "TriggerAuthentication ClusterTriggerAuthentication",
                    "spec/podIdentity",
                    List.of(
                            new Sign(Way.NMI, "provider", "azure", "identityId"),
                            new Sign(Way.WORKLOAD, "provider", "azure-workload", "identityId")),
                    "",
                    "KEDA's operator",
                    image("keda"),
                    "provider: azure-workload, and let KEDA's operator have workload identity; KEDA 2.15 has no"
                            + " provider azure",
                    "https://keda.sh/docs/latest/authentication-providers/azure-ad-workload-identity"),
            new ReferringKind(
                    "cert-manager.io",
                    "Issuer ClusterIssuer",
                    "spec/acme/solvers/[]/dns01/azureDNS",
                    List.of(
                            new Sign(Way.SECRET, "clientSecretSecretRef", "", "clientID"),
                            new Sign(Way.AMBIENT, "", "", "managedIdentity/clientID")),
                    "",
                    "cert-manager",
                    image("cert-manager-controller"),
                    "managedIdentity.clientID, and let cert-manager 1.11 or later have workload identity",
                    "https://cert-manager.io/docs/configuration/acme/dns01/azuredns/"),
            new ReferringKind(
                    "velero.io",
                    "BackupStorageLocation",
                    "spec/config",
                    List.of(new Sign(Way.AMBIENT, "useAAD", "true", "")),
                    "",
                    "velero",
                    image("velero"),
                    "no AZURE_CLIENT_SECRET in its credentials, and let velero have workload identity",
                    "https://github.com/vmware-tanzu/velero-plugin-for-microsoft-azure"),
            new ReferringKind(
                    "dapr.io",
                    "Component",
                    "spec/metadata/[]",
                    List.of(new Sign(Way.AMBIENT_OF_ACCOUNT, "name", "azureClientId", "value")),
                    "",
                    "a pod with Dapr",
                    ReferringKind::isOfDapr,
                    "no azureClientId, and let the pods have workload identity, whose client ID is then used",
                    "https://docs.dapr.io/developing-applications/integrations/azure/azure-authentication/howto-wif/"),
            azureJson("stringData"),
            azureJson("data"),
            new ReferringKind(
                    "",
                    "Secret",
                    "stringData",
                    List.of(new Sign(Way.WORKLOAD, "useAzureWorkloadIdentity", "true", "")),
                    "",
                    "argocd-repo-server",
                    (pod, secret) -> pod.pod().name().name().endsWith("argocd-repo-server"),
                    "",
                    "https://argo-cd.readthedocs.io/en/stable/user-guide/private-repositories/"),
            flux("source.toolkit.fluxcd.io", "OCIRepository HelmRepository GitRepository Bucket", "source-controller"),
            flux("image.toolkit.fluxcd.io", "ImageRepository", "image-reflector-controller"),
            gatewayChart("helm.toolkit.fluxcd.io", "HelmRelease", "spec/values/armAuth"),
            gatewayChart("argoproj.io", "Application", "spec/source/helm/valuesObject/armAuth"));

    /** Those that describe the manifest's kind; few kinds have more than one. */
    static Stream<ReferringKind> of(Manifest manifest) {
        return ALL.stream()
                .filter(kind -> kind.group().equals(manifest.group()))
                .filter(kind -> List.of(kind.kinds().split(" ", -1)).contains(manifest.kind()));
    }

    /** Whether the settings are YAML or JSON in the text of a field. */
    boolean isInText() {
        return settings.endsWith(IN_TEXT);
    }

    /** The path to the field that has the settings, or the text with them. */
    String place() {
        return isInText() ? settings.substring(0, settings.length() - IN_TEXT.length()) : settings;
    }

    /** What kubectl calls them, such as {@code secretstores.external-secrets.io}; without those of secrets. */
    public static Set<String> resources() {
        return ALL.stream()
                .filter(one -> !one.group().isEmpty())
                .flatMap(one -> Stream.of(one.kinds().split(" ", -1))
                        .map(kind -> kind.toLowerCase(Locale.ROOT)
                                        .replaceFirst("y$", "ie")
                                        .replaceFirst("ss$", "sse")
                                + "s." + one.group()))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Of external-dns, and of the cloud provider that it has its format from. */
    private static ReferringKind azureJson(String data) {
        return new ReferringKind(
                "",
                "Secret",
                data + "/azure.json/{}",
                List.of(
                        new Sign(Way.SECRET, "aadClientSecret", "", "aadClientId"),
                        new Sign(Way.WORKLOAD, "useWorkloadIdentityExtension", "true", "userAssignedIdentityID"),
                        new Sign(Way.METADATA, "useManagedIdentityExtension", "true", "userAssignedIdentityID")),
                "",
                MOUNTING,
                mounts("secret", "secretName"),
                "useWorkloadIdentityExtension: true in place of useManagedIdentityExtension",
                "https://kubernetes-sigs.github.io/external-dns/latest/docs/tutorials/azure/");
    }

    private static ReferringKind flux(String group, String kinds, String controller) {
        return new ReferringKind(
                group,
                kinds,
                "spec",
                OF_FLUX,
                "serviceAccountName",
                controller,
                image(controller),
                "nothing, and let " + controller + " have workload identity",
                "https://fluxcd.io/flux/integrations/azure/");
    }

    private static ReferringKind gatewayChart(String group, String kind, String values) {
        return new ReferringKind(
                group,
                kind,
                values,
                List.of(
                        new Sign(Way.NMI, "type", "aadPodIdentity", "identityClientID"),
                        new Sign(Way.WORKLOAD, "type", "workloadIdentity", "identityClientID")),
                "",
                "ingress-azure",
                image("kubernetes-ingress"),
                "armAuth.type: workloadIdentity and identityClientID",
                "https://azure.github.io/application-gateway-kubernetes-ingress/how-tos/"
                        + "deploy-AGIC-with-Workload-Identity-using-helm");
    }

    /** By the last part of the image's name. */
    private static BiPredicate<PodSource, FieldLocation> image(String name) {
        return (pod, object) -> pod.containers().stream()
                .anyMatch(container -> container.at("image").text().matches("(.*/)?" + name + "([:@].*)?"));
    }

    private static BiPredicate<PodSource, FieldLocation> mounts(String... path) {
        return (pod, object) -> isBeside(pod, object)
                && pod.spec("volumes").items().stream()
                        .anyMatch(volume -> volume.at(path)
                                .text()
                                .equals(object.at("metadata", "name").text()));
    }

    private static boolean isOfDapr(PodSource pod, FieldLocation component) {
        List<String> scopes = component.at("scopes").itemTexts();
        return isBeside(pod, component)
                && pod.annotation("dapr.io/enabled").text().equals("true")
                && (scopes.isEmpty()
                        || scopes.contains(pod.annotation("dapr.io/app-id").text()));
    }

    private static boolean isBeside(PodSource pod, FieldLocation object) {
        return object.object().namespace().equals(pod.namespace());
    }
}
