package io.podidentity.emulator.apiserver;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tells users what they may do: {@code kubectl auth can-i} and {@code whoami}. */
final class AccessReviews {

    private static final String SPEC = "spec";
    private static final String STATUS = "status";

    private AccessReviews() {}

    /** The review with its answer. */
    static Map<String, Object> answer(ApiResource resource, Map<String, Object> review, ApiUser user, Roles roles) {
        var answer = new LinkedHashMap<>(review);
        answer.put("kind", resource.kind());
        answer.put("apiVersion", resource.apiVersion());
        answer.put(
                STATUS,
                switch (resource.kind()) {
                    case "SelfSubjectAccessReview" -> access(review, user, roles);
                    case "SelfSubjectRulesReview" -> rules(roles.rules(user, Tree.text(review, SPEC, "namespace")));
                    default -> Map.of("userInfo", Map.of("username", user.name(), "groups", user.groups()));
                });
        return answer;
    }

    private static Map<String, Object> access(Map<String, Object> review, ApiUser user, Roles roles) {
        Map<String, Object> path = Tree.map(review, SPEC, "nonResourceAttributes");
        Map<String, Object> asked = Tree.map(review, SPEC, "resourceAttributes");
        Roles.Decision decision = roles.decide(
                user,
                path.isEmpty()
                        ? new Action(
                                Tree.text(asked, "verb"),
                                Tree.text(asked, "group"),
                                Tree.text(asked, "resource"),
                                Tree.text(asked, "subresource"),
                                Tree.text(asked, "namespace"),
                                Tree.text(asked, "name"),
                                "")
                        : Action.onPath(Tree.text(path, "verb"), Tree.text(path, "path")));
        var status = new LinkedHashMap<String, Object>();
        status.put("allowed", decision.allowed());
        if (!decision.reason().isEmpty()) {
            status.put("reason", decision.reason());
        }
        return status;
    }

    private static Map<String, Object> rules(List<Map<String, Object>> rules) {
        var resources = new ArrayList<Map<String, Object>>();
        var paths = new ArrayList<Map<String, Object>>();
        rules.forEach(rule -> (rule.containsKey("nonResourceURLs") ? paths : resources).add(rule));
        return Map.of("resourceRules", resources, "nonResourceRules", paths, "incomplete", false);
    }
}
