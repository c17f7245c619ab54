package io.podidentity.podid.check.azure;

import io.podidentity.podid.check.source.FieldLocation;

/**
 * A cluster, as {@code az aks show} prints it.
 *
 * @see <a href="https://learn.microsoft.com/rest/api/aks/managed-clusters/get">its fields</a>
 */
public record AksCluster(FieldLocation json) {

    public String name() {
        return json.at("name").text();
    }

    public String resourceGroup() {
        return json.at("resourceGroup").text();
    }

    /** The issuer of its service account tokens, empty if it has none. */
    public String issuer() {
        return json.at("oidcIssuerProfile", "issuerUrl").text();
    }

    public boolean hasWorkloadIdentity() {
        return !issuer().isEmpty()
                && json.at("securityProfile", "workloadIdentity", "enabled")
                        .text()
                        .equals("true");
    }

    public boolean isKubenet() {
        return json.at("networkProfile", "networkPlugin").text().equals("kubenet");
    }

    /** Whether {@code --enable-imds-restriction} is on. */
    public boolean isMetadataServiceClosed() {
        return json.at("networkProfile", "podLinkLocalAccess").text().equals("None");
    }

    public boolean isAutomatic() {
        return json.at("sku", "name").text().equals("Automatic");
    }

    /** The object ID of the identity with which kubelet, MIC and NMI ask Azure; empty if it is not known. */
    public String kubeletObjectId() {
        return json.at("identityProfile", "kubeletidentity", "objectId").text();
    }

    /** Such as {@code /subscriptions/…/resourceGroups/MC_…}. */
    public String groupOfNodes() {
        return json.at("id").text().replaceFirst("(/[^/]*/[^/]*).*", "$1") + "/resourceGroups/"
                + json.at("nodeResourceGroup").text();
    }
}
