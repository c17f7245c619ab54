package io.podidentity.emulator.apiserver;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.workload.ClusterIssuer;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The API server of the emulated cluster, for kubectl and other clients: it reads, tells users what they may do, and
 * makes tokens of service accounts. Nothing can be changed by it, since the manifests say what there is.
 *
 * <p>Thread-safety: safe.
 */
public final class KubernetesApi implements Endpoint {

    private static final String READ_ONLY =
            "the emulated API server is read-only: change the manifest, and the" + " emulator applies it at once";
    private static final Map<String, Object> VERSION = Map.of(
            "major", "1",
            "minor", "32",
            "gitVersion", "v1.32.0+podid",
            "gitCommit", "",
            "gitTreeState", "clean",
            "buildDate", "1970-01-01T00:00:00Z",
            "goVersion", "",
            "compiler", "",
            "platform", "java/podid");

    private final LiveObjects live;
    private final ClusterIssuer issuer;
    private final TokenRequests tokens;
    private final ApiUsers users;
    private final Clock clock;

    /**
     * An API server.
     *
     * @param issuer makes the tokens of service accounts, and knows them again
     * @param maxTokenLife the longest life of such a token, whatever is asked for
     * @param clock by which objects are created
     */
    public KubernetesApi(
            ClusterState state, ClusterIssuer issuer, Optional<Duration> maxTokenLife, ApiUsers users, Clock clock) {
        this.live = new LiveObjects(state, clock);
        this.issuer = issuer;
        this.tokens = new TokenRequests(issuer, maxTokenLife.map(Duration::toSeconds));
        this.users = users;
        this.clock = clock;
    }

    @Override
    public Answer answer(Request request) {
        try {
            ApiUser user = user(request);
            ApiObjects objects = live.now();
            return ResourcePath.parse(request.segments())
                    .map(path -> answer(request, path, user, objects))
                    .orElseGet(() -> answerOther(request, user, objects));
        } catch (ApiRefusal refusal) {
            return refusal.answer();
        }
    }

    private ApiUser user(Request request) {
        if (request.header("Authorization").isEmpty()) {
            return ApiUser.ANONYMOUS;
        }
        String token = request.bearer().orElse("");
        return users.withToken(token)
                .or(() -> issuer.accountOf(token).map(ApiUser::of))
                .orElseThrow(ApiRefusal::unauthorized);
    }

    /** What is no object. */
    private Answer answerOther(Request request, ApiUser user, ApiObjects objects) {
        String path = request.rawPath();
        Action action =
                Action.onPath(request.isGet() ? "get" : request.method().toLowerCase(java.util.Locale.ROOT), path);
        if (!new Roles(objects).decide(user, action).allowed()) {
            throw ApiRefusal.forbiddenPath(action.deniedTo(user));
        }
        List<String> segments = request.segments();
        String first = segments.isEmpty() ? "" : segments.get(0);
        return switch (first) {
            case "version" -> Answer.json(200, VERSION);
            case "healthz", "livez", "readyz" -> Answer.text(200, "text/plain; charset=utf-8", "ok");
            case "openapi" -> throw ApiRefusal.notAllowed("there is no schema to validate against: " + READ_ONLY);
            case "api", "apis" ->
                new Discovery(objects.resources().all())
                        .answer(segments, request.header("Accept").orElse(""))
                        .orElseThrow(KubernetesApi::notServed);
            default -> issuer.document(path.substring(1)).orElseThrow(KubernetesApi::notServed);
        };
    }

    private static ApiRefusal notServed() {
        return ApiRefusal.noSuchPath("the server could not find the requested resource");
    }

    private Answer answer(Request request, ResourcePath path, ApiUser user, ApiObjects objects) {
        ApiResource resource = objects.resources()
                .find(path.group(), path.version(), path.plural())
                .orElseThrow(KubernetesApi::notServed);
        String fieldSelector = request.query().get("fieldSelector").orElse("");
        String name = path.name().isEmpty() && request.isGet() ? Selectors.name(fieldSelector) : path.name();
        var action = new Action(
                verb(request, path), path.group(), path.plural(), path.subresource(), path.namespace(), name, "");
        var roles = new Roles(objects);
        Roles.Decision decision = roles.decide(user, action);
        if (!decision.allowed()) {
            String reason = decision.reason().isEmpty() ? "" : ": " + decision.reason();
            throw ApiRefusal.forbidden(resource, name, action.deniedTo(user) + reason);
        }
        if (action.verb().equals("create") && !resource.isReadable()) {
            return Answer.json(201, AccessReviews.answer(resource, posted(request, resource.kind()), user, roles));
        }
        if (action.verb().equals("create") && action.fullResource().equals("serviceaccounts/token")) {
            var account = new ObjectName(path.namespace(), path.name());
            if (objects.find(resource, account).isEmpty()) {
                throw ApiRefusal.notFound(resource, path.name());
            }
            return Answer.json(201, tokens.answer(account, posted(request, "TokenRequest"), objects));
        }
        if (!resource.isReadable()) {
            throw ApiRefusal.notAllowed("the server does not allow this method on the requested resource");
        }
        return read(request, path, action.verb(), resource, objects);
    }

    private static Map<String, Object> posted(Request request, String kind) {
        try {
            return request.header("Content-Type").orElse("").startsWith(ProtobufBody.CONTENT_TYPE)
                    ? ProtobufBody.read(request.body(), kind)
                    : request.json();
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw ApiRefusal.badRequest(String.valueOf(e.getMessage()));
        }
    }

    private static String verb(Request request, ResourcePath path) {
        boolean one = !path.name().isEmpty();
        return switch (request.method()) {
            case "GET", "HEAD" ->
                one ? "get" : request.query().get("watch").orElse("").matches("true|1") ? "watch" : "list";
            case "POST" -> "create";
            case "PUT" -> "update";
            case "PATCH" -> "patch";
            case "DELETE" -> one ? "delete" : "deletecollection";
            default -> throw ApiRefusal.notAllowed("the server does not allow this method on the requested resource");
        };
    }

    private Answer read(Request request, ResourcePath path, String verb, ApiResource resource, ApiObjects objects) {
        if (verb.equals("watch")) {
            throw ApiRefusal.notAllowed("the emulated API server has no watch: ask again instead");
        }
        if (!ApiResource.READ.contains(verb)) {
            throw ApiRefusal.notAllowed(READ_ONLY);
        }
        if (!path.subresource().isEmpty() && !path.subresource().equals("status")) {
            throw ApiRefusal.notAllowed("the emulated cluster runs no containers, so there is no " + path.subresource()
                    + " of " + path.plural());
        }
        String include = request.query().get("includeObject").orElse("Metadata");
        boolean asTable = request.header("Accept").orElse("").contains("as=Table");
        if (verb.equals("get")) {
            Map<String, Object> object = objects.find(resource, new ObjectName(path.namespace(), path.name()))
                    .orElseThrow(() -> ApiRefusal.notFound(resource, path.name()));
            return Answer.json(
                    200,
                    asTable
                            ? Tables.of(
                                    resource,
                                    List.of(object),
                                    include,
                                    Tree.text(object, "metadata", "resourceVersion"),
                                    clock.instant())
                            : object);
        }
        List<Map<String, Object>> found = objects.list(resource, path.namespace()).stream()
                .filter(Selectors.labels(request.query().get("labelSelector").orElse("")))
                .filter(Selectors.fields(request.query().get("fieldSelector").orElse("")))
                .toList();
        String version = Integer.toUnsignedString(found.hashCode());
        return Answer.json(
                200,
                asTable
                        ? Tables.of(resource, found, include, version, clock.instant())
                        : list(resource, found, version));
    }

    private static Map<String, Object> list(ApiResource resource, List<Map<String, Object>> found, String version) {
        var list = new LinkedHashMap<String, Object>();
        list.put("kind", resource.kind() + "List");
        list.put("apiVersion", resource.apiVersion());
        list.put("metadata", Map.of("resourceVersion", version));
        list.put("items", found);
        return list;
    }
}
