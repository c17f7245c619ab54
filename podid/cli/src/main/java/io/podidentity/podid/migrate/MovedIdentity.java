// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.podid.check.source.Value;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An identity that stays the same in Azure, and gets federated credentials there. Immutable. */
record MovedIdentity(AzureIdentity identity) {

    // Not anchored, as MIC's own check is not: what people wrote around a resource ID has worked until now.
    private static final Pattern RESOURCE_ID = Pattern.compile(
            "subscriptions/([^/]+)/resourcegroups/([^/]+)/providers/Microsoft\\.ManagedIdentity"
                    + "/userAssignedIdentities/([^/?#\\s]+)",
            Pattern.CASE_INSENSITIVE);

    /** The parts of a managed identity's resource ID. */
    record ResourceId(String subscription, String group, String name) {}

    String clientId() {
        return identity.clientId();
    }

    /** The tenant of an application. It is empty for a managed identity, which has the tenant of its subscription. */
    String tenantId() {
        return isManaged() ? "" : identity.tenantId();
    }

    boolean isManaged() {
        return identity.isManagedIdentity();
    }

    /** Why it is not certain which identity in Azure is meant, and what to do; empty if it is certain. */
    Optional<String> findDoubt() {
        if (!Value.isFinal(clientId()) || !Value.isGuid(clientId())) {
            return Optional.of(describeDoubt("clientID", clientId(), "az identity show --query clientId"));
        }
        if (isManaged() && !hasUsableResourceId()) {
            return Optional.of(describeDoubt("resourceID", identity.resourceId(), "az identity show --query id"));
        }
        if (!isManaged() && !Value.isFinal(tenantId())) {
            return Optional.of(describeDoubt("tenantID", tenantId(), "az account show --query tenantId"));
        }
        return Optional.empty();
    }

    /** A manifest may leave the resource ID out. The script then finds the identity through its client ID. */
    private boolean hasUsableResourceId() {
        String id = identity.resourceId();
        return id.isEmpty() || (Value.isFinal(id) && parseResourceId().isPresent());
    }

    private String describeDoubt(String field, String value, String command) {
        return "the " + field + " of AzureIdentity " + identity.name() + " " + describeValue(value) + ". Write what "
                + command + " prints";
    }

    private static String describeValue(String value) {
        if (value.isEmpty()) {
            return "is empty";
        }
        String reason = Value.isFinal(value) ? "which is none" : "which is still to be put in";
        return "is " + Value.quoted(value) + ", " + reason;
    }

    /**
     * The resource ID that the manifest has; empty for an application, and if the manifest has none that can be read.
     */
    Optional<ResourceId> parseResourceId() {
        Matcher matcher = RESOURCE_ID.matcher(identity.resourceId());
        if (!isManaged() || !matcher.find()) {
            return Optional.empty();
        }
        return Optional.of(new ResourceId(matcher.group(1), matcher.group(2), matcher.group(3)));
    }

    /** The same text for two objects that name one identity in Azure. */
    String key() {
        return clientId().toLowerCase(Locale.ROOT);
    }

    String describe() {
        String nameInAzure = parseResourceId().map(id -> " " + id.name()).orElse("");
        return identity.name() + " (" + describeKind() + nameInAzure + ", client ID " + clientId() + ")";
    }

    private String describeKind() {
        if (isManaged()) {
            return "managed identity";
        }
        if (identity.type() == AzureIdentity.SERVICE_PRINCIPAL) {
            return "application with a secret";
        }
        return "application with a certificate";
    }
}
