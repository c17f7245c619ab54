package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.AzureIdentity;
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
