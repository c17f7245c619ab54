// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.podid.check.source.Value;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An identity that stays the same in Azure, and gets federated credentials there. */
record MovedIdentity(AzureIdentity identity) {

    // Not anchored, as MIC's own check: what was written around it has worked until now.
    private static final Pattern RESOURCE_ID = Pattern.compile(
            "subscriptions/([^/]+)/resourcegroups/([^/]+)/providers/Microsoft\\.ManagedIdentity"
                    + "/userAssignedIdentities/([^/?#\\s]+)",
            Pattern.CASE_INSENSITIVE);

    record Place(String subscription, String group, String name) {}

    String clientId() {
        return identity.clientId();
    }

    /** The tenant of an application, empty of a managed identity, which has that of its subscription. */
    String tenantId() {
        return isManaged() ? "" : identity.tenantId();
    }

    boolean isManaged() {
        return identity.isManagedIdentity();
    }

    /** Why it cannot be said which identity in Azure is meant, and what to do; empty if it can. */
    Optional<String> doubt() {
        String id = identity.resourceId();
        if (!Value.isFinal(clientId()) || !Value.isGuid(clientId())) {
            return Optional.of(doubt("clientID", clientId(), "az identity show --query clientId"));
        }
        if (isManaged()) {
            boolean isOne = id.isEmpty() || (Value.isFinal(id) && place().isPresent());
            return isOne ? Optional.empty() : Optional.of(doubt("resourceID", id, "az identity show --query id"));
        }
        return Value.isFinal(tenantId())
                ? Optional.empty()
                : Optional.of(doubt("tenantID", tenantId(), "az account show --query tenantId"));
    }

    private String doubt(String field, String value, String command) {
        String is = value.isEmpty() ? "is empty" : "is " + Value.quoted(value);
        String why = Value.isFinal(value) ? ", which is none" : ", which is still to be put in";
        return "the " + field + " of AzureIdentity " + identity.name() + " " + is + (value.isEmpty() ? "" : why)
                + ". Write what " + command + " prints";
    }

    /** Empty of an application, and if the manifest does not say it. */
    Optional<Place> place() {
        Matcher matcher = RESOURCE_ID.matcher(identity.resourceId());
        return isManaged() && matcher.find()
                ? Optional.of(new Place(matcher.group(1), matcher.group(2), matcher.group(3)))
                : Optional.empty();
    }

    /** The same for two objects that name one identity in Azure. */
    String key() {
        return clientId().toLowerCase(Locale.ROOT);
    }

    String describe() {
        String kind = isManaged()
                ? "managed identity"
                : identity.type() == AzureIdentity.SERVICE_PRINCIPAL
                        ? "application with a secret"
                        : "application with a certificate";
        return identity.name() + " (" + kind
                + place().map(one -> " " + one.name()).orElse("") + ", client ID " + clientId() + ")";
    }
}
