// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.apiserver;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.manifest.Manifests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Shows objects, as far as roles let a user see them, and makes tokens of service accounts. Thread-safe. */
final class KubernetesApi implements Endpoint {

    private static final Pattern PATH = Pattern.compile("/(?:api|apis/(?<group>[^/]+))/v1"
            + "(?:/namespaces/(?<namespace>[^/]+))?/(?<plural>[^/]+)(?:/(?<name>[^/]+))?(?:/(?<sub>token))?");
    private static final Pattern VERSION = Pattern.compile("/(?:api|apis/(?<group>[^/]+))/v1");
    /** Such as {@code component in (mic,nmi)} and {@code a/b=true}. */
    private static final Pattern SELECTOR = Pattern.compile("([^ =]+)(?: in \\(([^)]*)\\)|=(.*))");

    private final LiveObjects live;
    private final Set<String> broken;
    private final TokenRequests tokens;

    /** @param broken kinds that cannot be listed, such as {@code secretstores.external-secrets.io} */
    KubernetesApi(
            PodIdentityEmulator azure,
            Supplier<Manifests> applied,
            boolean bound,
            boolean recorded,
            Duration longestToken,
            Set<String> broken) {
        this.broken = broken;
        this.live = new LiveObjects(azure, applied, bound, recorded);
        this.tokens = new TokenRequests(azure, longestToken);
    }

    @Override
    public Answer answer(Request request) {
        try {
            String bearer = request.bearer().orElse("");
            if (!bearer.endsWith("-token")) {
                throw ApiRefusal.unauthorized();
            }
            String user = bearer.substring(0, bearer.length() - "-token".length());
            String other = request.header("Impersonate-User").orElse("");
            if (!other.isEmpty()) {
                // Who may do so is said by roles that no test has.
                throw ApiRefusal.forbidden(
                        "users \"" + other + "\"",
                        "User \"" + user + "\" cannot impersonate resource \"users\" in API group \"\" at the cluster"
                                + " scope");
            }
            return answer(request, user);
        } catch (ApiRefusal refusal) {
            return refusal.answer();
        }
    }

    private Answer answer(Request request, String user) {
        String path = request.rawPath();
        if (path.equals("/version")) {
            return Answer.json(200, Map.of("major", "1", "minor", "34", "gitVersion", "v1.34.2"));
        }
        Matcher version = VERSION.matcher(path);
        if (version.matches()) {
            return Discovery.resources(group(version));
        }
        if (path.equals("/api") || path.equals("/apis")) {
            return Discovery.groups(path.equals("/api"));
        }
        Matcher named = PATH.matcher(path);
        if (!named.matches()) {
            throw ApiRefusal.notFound("the server could not find the requested resource");
        }
        ApiResource resource = ApiResource.find(group(named), named.group("plural"))
                .orElseThrow(() -> ApiRefusal.notFound("the server could not find the requested resource"));
        return answer(request, user, resource, named);
    }

    private static String group(Matcher path) {
        return Optional.ofNullable(path.group("group")).orElse("");
    }

    private static String part(Matcher path, String name) {
        return Optional.ofNullable(path.group(name)).orElse("");
    }

    private Answer answer(Request request, String user, ApiResource resource, Matcher path) {
        LiveObjects.Now objects = live.now();
        var roles = new Roles(objects);
        String name = part(path, "name");
        String sub = part(path, "sub");
        String namespace = part(path, "namespace");
        String verb = request.isPost()
                ? "create"
                : !request.isGet() ? request.method().toLowerCase(Locale.ROOT) : name.isEmpty() ? "list" : "get";
        var action = new Roles.Action(verb, resource.group(), resource.plural(), sub, namespace, name);
        if (!roles.allow(user, action)) {
            throw ApiRefusal.forbidden(
                    resource.qualified() + (name.isEmpty() ? "" : " \"" + name + "\""), action.deniedTo(user));
        }
        if (request.isPost() && sub.equals("token")) {
            return Answer.json(201, tokens.answer(new ObjectName(namespace, name), posted(request), objects));
        }
        if (request.isPost() && resource.kind().equals("SubjectAccessReview")) {
            Map<String, Object> review = request.json();
            review.put("status", Map.of("allowed", roles.review(Tree.map(review, "spec"))));
            return Answer.json(201, review);
        }
        if (!request.isGet()) {
            throw ApiRefusal.notAllowed();
        }
        if (broken.contains(resource.qualified())) {
            throw ApiRefusal.notConverted(resource.kind());
        }
        return name.isEmpty()
                ? list(request, resource, objects.list(resource, namespace))
                : Answer.json(200, objects.get(resource, new ObjectName(namespace, name)));
    }

    private static Map<String, Object> posted(Request request) {
        return request.header("Content-Type").orElse("").startsWith(ProtobufBody.CONTENT_TYPE)
                ? ProtobufBody.read(request.body())
                : request.json();
    }

    private static Answer list(Request request, ApiResource resource, List<Map<String, Object>> all) {
        Predicate<Map<String, Object>> labelled = request.query()
                .get("labelSelector")
                .map(KubernetesApi::selected)
                .orElse(object -> true);
        String type = request.query().get("fieldSelector").orElse("").replace("type=", "");
        Predicate<Map<String, Object>> wanted = labelled.and(
                object -> type.isEmpty() || Tree.text(object, "type").equals(type));
        return Answer.json(
                200,
                Map.of(
                        "kind",
                        resource.kind() + "List",
                        "apiVersion",
                        resource.apiVersion(),
                        "metadata",
                        Map.of("resourceVersion", "1"),
                        "items",
                        new ArrayList<>(all.stream().filter(wanted).toList())));
    }

    private static Predicate<Map<String, Object>> selected(String selector) {
        Matcher matcher = SELECTOR.matcher(selector);
        if (!matcher.matches()) {
            throw ApiRefusal.badRequest("unable to parse requirement: " + selector);
        }
        String values = matcher.group(2) == null ? matcher.group(3) : matcher.group(2);
        return object -> Arrays.asList(values.split(",", -1))
                .contains(Tree.text(object, "metadata", "labels", matcher.group(1)));
    }
}
