package io.podidentity.podid.serve.arm;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.podid.serve.arm.ResourceStore.Resource;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Queries about more than one resource, with the filters that {@code az} uses. */
final class ResourceQueries {

    /** Such as {@code roleName eq 'Reader'} or {@code assignedTo('GUID')}. */
    private static final Pattern CONDITION = Pattern.compile("(\\w+)\\s*(?:eq\\s*|\\()'([^']*)'");

    private static final String ROLE_ASSIGNMENTS = AssignmentsOfRoles.NAME.toLowerCase(Locale.ROOT);

    private final ResourceStore store;

    ResourceQueries(ResourceStore store) {
        this.store = store;
    }

    /** Answers, or is empty if it is not such a query. */
    Optional<Answer> answer(Request request, ResourceId id) {
        if (request.isPost() && id.name().equals("checkNameAvailability")) {
            return Optional.of(nameAvailable(new Document(request.json())));
        }
        if (!request.isGet() || !id.isCollection()) {
            return Optional.empty();
        }
        if (id.type().equals("microsoft.authorization/roledefinitions")) {
            return Optional.of(roleDefinitions(request));
        }
        if (id.type().equals(ROLE_ASSIGNMENTS)) {
            return Optional.of(listed(roleAssignments(request, id.parentOfCollection())));
        }
        return id.name().equals("resources") ? Optional.of(listed(named(request))) : Optional.empty();
    }

    private Answer nameAvailable(Document asked) {
        String name = asked.text("name").orElse("");
        String type = asked.text("type").orElse("");
        boolean taken = store.all().stream()
                .map(Resource::id)
                .anyMatch(id -> id.name().equalsIgnoreCase(name) && id.type().equalsIgnoreCase(type));
        Document answer = Document.EMPTY.with("nameAvailable", !taken);
        if (taken) {
            answer = answer.with("reason", "AlreadyExists").with("message", "The name " + name + " is already taken.");
        }
        return answer.answer(200);
    }

    private static Answer roleDefinitions(Request request) {
        Optional<String> wanted = filter(request, "roleName");
        return Document.listed(Arrays.stream(BuiltInRole.values())
                        .filter(role -> wanted.isEmpty() || role.displayName().equalsIgnoreCase(wanted.get()))
                        .map(role -> role.definition(SubscriptionDocuments.SUBSCRIPTION_ID)))
                .answer(200);
    }

    /** Those at, above and below the scope; the caller picks. */
    private Stream<Resource> roleAssignments(Request request, ResourceId scope) {
        Optional<String> principal = filter(request, "principalId").or(() -> filter(request, "assignedTo"));
        return store.all().stream()
                .filter(one -> one.id().type().equals(ROLE_ASSIGNMENTS))
                .filter(one -> one.id().isIn(scope) || scope.isIn(one.id().parent()))
                .filter(one -> principal.isEmpty()
                        || principal.equals(one.body().properties().text("principalId")));
    }

    private Stream<Resource> named(Request request) {
        Optional<String> name = filter(request, "name");
        Optional<String> type = filter(request, "resourceType");
        return store.all().stream()
                .filter(one -> !one.id().isGroup())
                .filter(one -> name.isEmpty() || one.id().name().equalsIgnoreCase(name.get()))
                .filter(one -> type.isEmpty() || one.id().type().equalsIgnoreCase(type.get()));
    }

    private static Answer listed(Stream<Resource> resources) {
        return Document.listed(resources.map(Resource::body)).answer(200);
    }

    private static Optional<String> filter(Request request, String field) {
        return CONDITION
                .matcher(request.query().get("$filter").orElse(""))
                .results()
                .filter((MatchResult condition) -> condition.group(1).equals(field))
                .map(condition -> condition.group(2))
                .findFirst();
    }
}
