package io.podidentity.emulator.imds;

import io.podidentity.emulator.directory.NodeIdentity;
import io.podidentity.emulator.http.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Selects the identity that a request means among those assigned to the node.
 *
 * @param assigned is looked at anew for each request
 */
record NodeIdentities(Iterable<NodeIdentity> assigned) {

    static final String SUBSCRIPTION_ID = "50d1d000-0000-4000-8000-000000000005";
    static final String RESOURCE_GROUP = "podid-node";

    /** @throws ImdsRefusal if none fits, or nothing was named and there are several */
    NodeIdentity select(Parameters query) {
        var identities = new ArrayList<NodeIdentity>();
        assigned.forEach(identities::add);
        var wanted = new ArrayList<Predicate<NodeIdentity>>();
        named(query, "client_id", NodeIdentity::clientId).ifPresent(wanted::add);
        named(query, "object_id", NodeIdentity::objectId).ifPresent(wanted::add);
        named(query, "msi_res_id", NodeIdentity::resourceId)
                .or(() -> named(query, "mi_res_id", NodeIdentity::resourceId))
                .ifPresent(wanted::add);
        return switch (wanted.size()) {
            case 0 -> unnamed(identities);
            case 1 -> identities.stream().filter(wanted.get(0)).findFirst().orElseThrow(NodeIdentities::notFound);
            default ->
                throw ImdsRefusal.invalidRequest("Only one of client_id, object_id and msi_res_id can be specified");
        };
    }

    private static Optional<Predicate<NodeIdentity>> named(
            Parameters query, String parameter, Function<NodeIdentity, String> property) {
        return query.get(parameter)
                .map(value -> identity -> property.apply(identity).equalsIgnoreCase(value));
    }

    /** The system-assigned identity, or else the only user-assigned one. */
    private static NodeIdentity unnamed(List<NodeIdentity> identities) {
        Optional<NodeIdentity> system =
                identities.stream().filter(NodeIdentity::systemAssigned).findFirst();
        if (system.isPresent()) {
            return system.get();
        }
        if (identities.size() > 1) {
            throw ImdsRefusal.invalidRequest("Multiple user assigned identities exist, please specify the clientId /"
                    + " resourceId of the identity in the token request");
        }
        return identities.stream().findFirst().orElseThrow(NodeIdentities::notFound);
    }

    private static ImdsRefusal notFound() {
        return ImdsRefusal.invalidRequest("Identity not found");
    }
}
