// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.reference;

import static io.podidentity.podid.check.reference.ReferringKind.ofGroup;

import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.podid.check.reference.ReferringKind.Sign;
import io.podidentity.podid.check.reference.ReferringKind.Sign.Way;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The products that podid knows: to follow another one takes an entry of {@link #ALL} and a fixture. */
public final class ReferringKinds {

    static final List<ReferringKind> ALL = List.of(
            secretsStoreDriver(),
            externalSecrets(),
            keda(),
            certManager(),
            velero(),
            dapr(),
            azureJson("stringData"),
            azureJson("data"),
            argoRepository(),
            flux(
                    ofGroup("source.toolkit.fluxcd.io")
                            .kind("OCIRepository", "ocirepositories")
                            .kind("HelmRepository", "helmrepositories")
                            .kind("GitRepository", "gitrepositories")
                            .kind("Bucket", "buckets"),
                    "source-controller"),
            flux(
                    ofGroup("image.toolkit.fluxcd.io").kind("ImageRepository", "imagerepositories"),
                    "image-reflector-controller"),
            gatewayChart(ofGroup("helm.toolkit.fluxcd.io").kind("HelmRelease", "helmreleases"), "spec/values/armAuth"),
            gatewayChart(
                    ofGroup("argoproj.io").kind("Application", "applications"),
                    "spec/source/helm/valuesObject/armAuth"));

    private ReferringKinds() {}

    /** The kinds that describe an object; few objects have more than one. */
    static Stream<ReferringKind> findAll(Manifest manifest) {
        return ALL.stream().filter(kind -> kind.describes(manifest));
    }

    /** What kubectl calls them, without {@code secrets}: nobody is to list the secrets of a cluster. */
    public static Set<String> resources() {
        return ALL.stream()
                .flatMap(ReferringKind::resources)
                .filter(resource -> !resource.equals("secrets"))
                .collect(Collectors.toUnmodifiableSet());
    }

    private static ReferringKind secretsStoreDriver() {
        return ofGroup("secrets-store.csi.x-k8s.io")
                .kind("SecretProviderClass", "secretproviderclasses")
                .settingsAt("spec/parameters")
                .signs(
                        Sign.ofValue(Way.NMI, "usePodIdentity", "true"),
                        Sign.ofValue(Way.NODE, "useVMManagedIdentity", "true").withClientIdAt("userAssignedIdentityID"),
                        Sign.ofField(Way.WORKLOAD, "clientID").withClientIdAt("clientID"))
                .accountOfRunner()
                .mountedThrough("csi", "volumeAttributes", "secretProviderClass")
                .instead("usePodIdentity: \"false\" and clientID")
                .documentedAt("https://azure.github.io/secrets-store-csi-driver-provider-azure/docs/configurations/"
                        + "identity-access-modes/workload-identity-mode/");
    }

    private static ReferringKind externalSecrets() {
        return ofGroup("external-secrets.io")
                .kind("SecretStore", "secretstores")
                .kind("ClusterSecretStore", "clustersecretstores")
                .settingsAt("spec/provider/azurekv")
                .signs(
                        Sign.ofValue(Way.WORKLOAD, "authType", "WorkloadIdentity")
                                .withClientIdAt("authSecretRef", "clientId"),
                        Sign.ofValue(Way.METADATA, "authType", "ManagedIdentity")
                                .withClientIdAt("identityId"))
                .accountNamedIn("serviceAccountRef")
                .runBy("external-secrets", hasImage("external-secrets"))
                .instead("authType: WorkloadIdentity and serviceAccountRef, without identityId")
                .documentedAt("https://external-secrets.io/latest/provider/azure-key-vault");
    }

    private static ReferringKind keda() {
        return ofGroup("keda.sh")
                .kind("TriggerAuthentication", "triggerauthentications")
                .kind("ClusterTriggerAuthentication", "clustertriggerauthentications")
                .settingsAt("spec/podIdentity")
                .signs(
                        Sign.ofValue(Way.NMI, "provider", "azure").withClientIdAt("identityId"),
                        Sign.ofValue(Way.WORKLOAD, "provider", "azure-workload").withClientIdAt("identityId"))
                .runBy("KEDA's operator", hasImage("keda"))
                .instead("provider: azure-workload, and let KEDA's operator have workload identity; KEDA 2.15 has no"
                        + " provider azure")
                .documentedAt("https://keda.sh/docs/latest/authentication-providers/azure-ad-workload-identity");
    }

    private static ReferringKind certManager() {
        return ofGroup("cert-manager.io")
                .kind("Issuer", "issuers")
                .kind("ClusterIssuer", "clusterissuers")
                .settingsAt("spec/acme/solvers/[]/dns01/azureDNS")
                .signs(
                        Sign.ofField(Way.SECRET, "clientSecretSecretRef").withClientIdAt("clientID"),
                        Sign.ofSettings(Way.AMBIENT).withClientIdAt("managedIdentity", "clientID"))
                .runBy("cert-manager", hasImage("cert-manager-controller"))
                .instead("managedIdentity.clientID, and let cert-manager 1.11 or later have workload identity")
                .documentedAt("https://cert-manager.io/docs/configuration/acme/dns01/azuredns/");
    }

    private static ReferringKind velero() {
        return ofGroup("velero.io")
                .kind("BackupStorageLocation", "backupstoragelocations")
                .settingsAt("spec/config")
                .signs(Sign.ofValue(Way.AMBIENT, "useAAD", "true"))
                .runBy("velero", hasImage("velero"))
                .instead("no AZURE_CLIENT_SECRET in its credentials, and let velero have workload identity")
                .documentedAt("https://github.com/vmware-tanzu/velero-plugin-for-microsoft-azure");
    }

    private static ReferringKind dapr() {
        return ofGroup("dapr.io")
                .kind("Component", "components")
                .settingsAt("spec/metadata/[]")
                .signs(Sign.ofValue(Way.AMBIENT_OF_ACCOUNT, "name", "azureClientId")
                        .withClientIdAt("value"))
                .runBy("a pod with Dapr", ReferringKinds::usesComponent)
                .instead("no azureClientId, and let the pods have workload identity, whose client ID is then used")
                .documentedAt(
                        "https://docs.dapr.io/developing-applications/integrations/azure/azure-authentication/howto-wif/");
    }

    /** A component without scopes is for all pods with Dapr. */
    private static boolean usesComponent(PodSource pod, FieldLocation component) {
        if (!ReferringKind.isInSameNamespace(pod, component)
                || !pod.annotation("dapr.io/enabled").text().equals("true")) {
            return false;
        }
        List<String> scopes = component.at("scopes").itemTexts();
        return scopes.isEmpty()
                || scopes.contains(pod.annotation("dapr.io/app-id").text());
    }

    /** The configuration of external-dns, and of the cloud provider whose format that is. */
    private static ReferringKind azureJson(String data) {
        return ofGroup("")
                .kind("Secret", "secrets")
                .settingsAt(data + "/azure.json/{}")
                .signs(
                        Sign.ofField(Way.SECRET, "aadClientSecret").withClientIdAt("aadClientId"),
                        Sign.ofValue(Way.WORKLOAD, "useWorkloadIdentityExtension", "true")
                                .withClientIdAt("userAssignedIdentityID"),
                        Sign.ofValue(Way.METADATA, "useManagedIdentityExtension", "true")
                                .withClientIdAt("userAssignedIdentityID"))
                .mountedThrough("secret", "secretName")
                .instead("useWorkloadIdentityExtension: true in place of useManagedIdentityExtension")
                .documentedAt("https://kubernetes-sigs.github.io/external-dns/latest/docs/tutorials/azure/");
    }

    private static ReferringKind argoRepository() {
        return ofGroup("")
                .kind("Secret", "secrets")
                .settingsAt("stringData")
                .signs(Sign.ofValue(Way.WORKLOAD, "useAzureWorkloadIdentity", "true"))
                .runBy(
                        "argocd-repo-server",
                        (pod, secret) -> pod.pod().name().name().endsWith("argocd-repo-server"))
                .documentedAt("https://argo-cd.readthedocs.io/en/stable/user-guide/private-repositories/");
    }

    private static ReferringKind flux(ReferringKind.Builder kinds, String controller) {
        return kinds.settingsAt("spec")
                .signs(Sign.ofValue(Way.AMBIENT, "provider", "azure"))
                .accountNamedIn("serviceAccountName")
                .runBy(controller, hasImage(controller))
                .instead("nothing, and let " + controller + " have workload identity")
                .documentedAt("https://fluxcd.io/flux/integrations/azure/");
    }

    /** The chart of Application Gateway, which Flux or Argo CD installs with values in an object of their own. */
    private static ReferringKind gatewayChart(ReferringKind.Builder kinds, String values) {
        return kinds.settingsAt(values)
                .signs(
                        Sign.ofValue(Way.NMI, "type", "aadPodIdentity").withClientIdAt("identityClientID"),
                        Sign.ofValue(Way.WORKLOAD, "type", "workloadIdentity").withClientIdAt("identityClientID"))
                .runBy("ingress-azure", hasImage("kubernetes-ingress"))
                .instead("armAuth.type: workloadIdentity and identityClientID")
                .documentedAt("https://azure.github.io/application-gateway-kubernetes-ingress/how-tos/"
                        + "deploy-AGIC-with-Workload-Identity-using-helm");
    }

    /** Knows a program through the last part of its image's name, since the registry may be a mirror. */
    private static BiPredicate<PodSource, FieldLocation> hasImage(String name) {
        Pattern image = Pattern.compile("(.*/)?" + name + "([:@].*)?");
        return (pod, object) -> runsImage(pod, image);
    }

    private static boolean runsImage(PodSource pod, Pattern image) {
        return pod.containers().stream()
                .map(container -> container.at("image").text())
                .anyMatch(text -> image.matcher(text).matches());
    }
}
