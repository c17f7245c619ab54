// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.imds;

import io.podidentity.emulator.directory.AppAssignments;
import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.directory.NodeIdentity;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.Parameters;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.json.Json;
import io.podidentity.emulator.token.IssuedToken;
import io.podidentity.emulator.token.ResourceCheck;
import io.podidentity.emulator.token.TokenIssuer;
import io.podidentity.emulator.token.TokenSubject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The instance metadata service of one node: tokens of its managed identities, and a few facts about the machine.
 *
 * @param identities are looked at anew for each request
 * @param life of access tokens
 * @since 0.1.0
 */
public record ImdsEndpoint(Iterable<NodeIdentity> identities, Directory directory, TokenIssuer issuer, Duration life)
        implements Endpoint {

    /** By case-insensitive name. */
    private static final Map<String, Object> FACTS = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    /**
     * Those that the service has had, the newest first.
     *
     * @see <a href="https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service">versions</a>
     */
    private static final List<String> VERSIONS = List.of(
            "2025-04-07",
            "2024-11-01",
            "2024-07-17",
            "2024-03-15",
            "2024-01-01",
            "2023-11-15",
            "2023-07-01",
            "2021-12-13",
            "2021-11-15",
            "2021-11-01",
            "2021-10-01",
            "2021-08-01",
            "2021-05-01",
            "2021-03-01",
            "2021-02-01",
            "2021-01-01",
            "2020-12-01",
            "2020-10-01",
            "2020-09-01",
            "2020-07-15",
            "2020-06-01",
            "2019-11-01",
            "2019-08-15",
            "2019-08-01",
            "2019-06-04",
            "2019-06-01",
            "2019-04-30",
            "2019-03-11",
            "2019-02-01",
            "2018-10-01",
            "2018-04-02",
            "2018-02-01",
            "2017-12-01",
            "2017-10-01",
            "2017-08-01",
            "2017-04-02",
            "2017-03-01");

    private static final List<String> NEWEST = VERSIONS.subList(0, 3);

    private static final Map<String, String> COMPUTE = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    static {
        COMPUTE.put("azEnvironment", "AzurePublicCloud");
        COMPUTE.put("location", "westeurope");
        COMPUTE.put("name", "podid-node-0");
        COMPUTE.put("osType", "Linux");
        COMPUTE.put("provider", "Microsoft.Compute");
        COMPUTE.put("resourceGroupName", "podid-node");
        COMPUTE.put("subscriptionId", "50d1d000-0000-4000-8000-000000000005");
        COMPUTE.put("tags", "emulator:podid");
        COMPUTE.put("vmId", "60000000-0000-4000-8000-000000000001");
        COMPUTE.put("vmScaleSetName", "aks-agentpool-00000000-vmss");
        FACTS.put("compute", COMPUTE);
    }

    /** Each answer has the service's name in its header, by which it can be told from NMI. */
    @Override
    public Answer answer(Request request) {
        return served(request).with("Server", "IMDS/150.870.65.1103");
    }

    private Answer served(Request request) {
        String path = String.join("/", request.segments()).toLowerCase(Locale.ROOT);
        boolean ofInstance = path.equals("metadata/instance") || path.startsWith("metadata/instance/");
        if (!path.equals("metadata/identity/oauth2/token") && !ofInstance) {
            return error(404, "not_found", "The requested resource is not found");
        }
        if (!request.isGet()) {
            return error(405, "method_not_allowed", "The requested method is not allowed")
                    .with("Allow", "GET");
        }
        try {
            requireLocalCaller(request);
            return ofInstance ? instance(request) : token(request.query());
        } catch (ImdsRefusal refusal) {
            return error(400, refusal.code, String.valueOf(refusal.getMessage()));
        }
    }

    /** These headers distinguish a program on the node from a request that a careless proxy forwarded. */
    private static void requireLocalCaller(Request request) {
        if (request.header("X-Forwarded-For").isPresent()) {
            throw ImdsRefusal.invalidRequest("Requests with an X-Forwarded-For header are not served");
        }
        if (request.header("Metadata").filter("true"::equalsIgnoreCase).isEmpty()) {
            throw ImdsRefusal.invalidRequest("Required metadata header not specified");
        }
    }

    private Answer token(Parameters query) {
        requireVersion(query);
        String resource = required(query, "resource");
        requireKnown(resource);
        NodeIdentity identity = select(query);
        IssuedToken token = issuer.issue(subject(identity, resource), resource, life);
        var body = new LinkedHashMap<String, Object>();
        body.put("access_token", token.value());
        body.put("client_id", identity.clientId());
        body.put("expires_in", Long.toString(token.lifetimeSeconds()));
        body.put("expires_on", Long.toString(token.expiresOn().getEpochSecond()));
        body.put("ext_expires_in", Long.toString(token.lifetimeSeconds()));
        body.put("not_before", Long.toString(token.notBefore().getEpochSecond()));
        body.put("refresh_token", "");
        body.put("resource", resource);
        body.put("token_type", "Bearer");
        return Answer.json(200, body);
    }

    private void requireKnown(String resource) {
        var resources = new ResourceCheck(directory, issuer.authority());
        if (!resources.isKnown(resource)) {
            throw new ImdsRefusal(
                    "invalid_resource",
                    "AADSTS500011: The resource principal named " + resource + " was not found in the tenant."
                            + resources.advice(resource));
        }
    }

    private TokenSubject subject(NodeIdentity identity, String resource) {
        AppAssignments assignments = directory.assignments();
        return TokenSubject.managedIdentity(identity.clientId(), identity.objectId(), identity.resourceId())
                .with(
                        assignments.rolesAt(resource, identity.objectId(), identity.clientId()),
                        assignments.groupsOf(identity.objectId(), identity.clientId()));
    }

    private static void requireVersion(Parameters query) {
        String version = required(query, "api-version");
        if (!VERSIONS.contains(version)) {
            throw new ImdsRefusal(
                    "bad_request_102",
                    "The api-version " + version + " is not one of this service. The newest are " + NEWEST + ".");
        }
    }

    private static String required(Parameters query, String name) {
        return query.get(name)
                .orElseThrow(() -> ImdsRefusal.invalidRequest("Required query variable '" + name + "' is missing"));
    }

    /** All of it, or the part that the path names: an object as JSON, a value only as text. */
    private static Answer instance(Request request) {
        requireVersion(request.query());
        Object part = FACTS;
        for (String name : request.segments().subList(2, request.segments().size())) {
            Object below = part instanceof Map<?, ?> object ? object.get(name) : null;
            if (below == null) {
                return error(404, "not_found", "The requested resource is not found");
            }
            part = below;
        }
        if (part instanceof Map<?, ?>) {
            return Answer.text(200, "application/json; charset=utf-8", Json.write(part));
        }
        if (!request.query().get("format").orElse("").equals("text")) {
            return error(400, "bad_request", "A single value is only served with format=text");
        }
        return Answer.text(200, "text/plain; charset=utf-8", String.valueOf(part));
    }

    private static Answer error(int status, String code, String description) {
        var body = new LinkedHashMap<String, Object>();
        body.put("error", code);
        body.put("error_description", description);
        return Answer.json(status, body);
    }

    /** @throws ImdsRefusal if none of the node's fits, or nothing was named and there are several */
    private NodeIdentity select(Parameters query) {
        var assigned = new ArrayList<NodeIdentity>();
        identities.forEach(assigned::add);
        List<Predicate<NodeIdentity>> named = namedIn(query);
        if (named.size() > 1) {
            throw ImdsRefusal.invalidRequest("Only one of client_id, object_id and msi_res_id can be specified");
        }
        Optional<NodeIdentity> selected = named.isEmpty() ? selectUsual(assigned) : selectFirst(assigned, named.get(0));
        return selected.orElseThrow(() -> ImdsRefusal.invalidRequest("Identity not found"));
    }

    /** Without a name it is the system-assigned identity, or else the only user-assigned one. */
    private static Optional<NodeIdentity> selectUsual(List<NodeIdentity> assigned) {
        Optional<NodeIdentity> systemAssigned = selectFirst(assigned, NodeIdentity::systemAssigned);
        if (systemAssigned.isEmpty() && assigned.size() > 1) {
            throw ImdsRefusal.invalidRequest("Multiple user assigned identities exist, please specify the clientId /"
                    + " resourceId of the identity in the token request");
        }
        return systemAssigned.or(() -> assigned.stream().findFirst());
    }

    private static Optional<NodeIdentity> selectFirst(List<NodeIdentity> assigned, Predicate<NodeIdentity> condition) {
        return assigned.stream().filter(condition).findFirst();
    }

    /** What the parameters of a request say of the identity. */
    private static List<Predicate<NodeIdentity>> namedIn(Parameters query) {
        var named = new ArrayList<Predicate<NodeIdentity>>();
        query.get("client_id")
                .map(wanted -> has(NodeIdentity::clientId, wanted))
                .ifPresent(named::add);
        query.get("object_id")
                .map(wanted -> has(NodeIdentity::objectId, wanted))
                .ifPresent(named::add);
        query.get("msi_res_id")
                .or(() -> query.get("mi_res_id"))
                .map(wanted -> has(NodeIdentity::resourceId, wanted))
                .ifPresent(named::add);
        return named;
    }

    private static Predicate<NodeIdentity> has(Function<NodeIdentity, String> property, String value) {
        return identity -> property.apply(identity).equalsIgnoreCase(value);
    }

    @SuppressWarnings("serial")
    private static final class ImdsRefusal extends RuntimeException {

        final String code;

        ImdsRefusal(String code, String description) {
            super(description);
            this.code = code;
        }

        static ImdsRefusal invalidRequest(String description) {
            return new ImdsRefusal("invalid_request", description);
        }
    }
}
