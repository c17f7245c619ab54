package io.podidentity.emulator.apiserver;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The selectors of a list request. */
final class Selectors {

    private static final Pattern SET = Pattern.compile("(\\S+)\\s+(in|notin)\\s*\\((.*)\\)");
    private static final Pattern EQUALITY = Pattern.compile("([^=!\\s]+)\\s*(==|=|!=)\\s*(\\S*)");
    private static final Pattern EXISTENCE = Pattern.compile("(!?)\\s*(\\S+)");
    /** A comma that is not within parentheses. */
    private static final Pattern COMMA = Pattern.compile(",(?![^(]*\\))");

    private Selectors() {}

    /**
     * Those labels that a selector of any form asks for.
     *
     * @throws ApiRefusal if it cannot be read
     */
    static Predicate<Map<String, Object>> labels(String selector) {
        var all = new ArrayList<Predicate<Map<String, Object>>>();
        for (String requirement : requirements(selector)) {
            Matcher set = SET.matcher(requirement);
            Matcher equality = EQUALITY.matcher(requirement);
            Matcher existence = EXISTENCE.matcher(requirement);
            if (set.matches()) {
                Set<String> values = new HashSet<>(requirements(set.group(3)));
                all.add(among(set.group(1), values, set.group(2).equals("in")));
            } else if (equality.matches()) {
                all.add(among(
                        equality.group(1),
                        Set.of(equality.group(3)),
                        !equality.group(2).equals("!=")));
            } else if (existence.matches()) {
                boolean wanted = existence.group(1).isEmpty();
                String key = existence.group(2);
                all.add(labels -> labels.containsKey(key) == wanted);
            } else {
                throw ApiRefusal.badRequest("unable to parse requirement: " + requirement);
            }
        }
        return object -> {
            Map<String, Object> labels = Tree.map(object, "metadata", "labels");
            return all.stream().allMatch(one -> one.test(labels));
        };
    }

    private static Predicate<Map<String, Object>> among(String key, Set<String> values, boolean wanted) {
        return labels -> (labels.containsKey(key) && values.contains(String.valueOf(labels.get(key)))) == wanted;
    }

    /**
     * Those fields that a selector asks for, of any field with a text in it.
     *
     * @throws ApiRefusal if it cannot be read
     */
    static Predicate<Map<String, Object>> fields(String selector) {
        Predicate<Map<String, Object>> all = object -> true;
        for (String requirement : requirements(selector)) {
            Matcher equality = EQUALITY.matcher(requirement);
            if (!equality.matches()) {
                throw ApiRefusal.badRequest("unable to parse field selector: " + requirement);
            }
            String[] path = equality.group(1).split("\\.", -1);
            String value = equality.group(3);
            boolean wanted = !equality.group(2).equals("!=");
            all = all.and(object -> Tree.text(object, path).equals(value) == wanted);
        }
        return all;
    }

    /** The one name that a field selector allows; empty if it allows several. */
    static String name(String fieldSelector) {
        return requirements(fieldSelector).stream()
                .map(EQUALITY::matcher)
                .filter(one -> one.matches()
                        && one.group(1).equals("metadata.name")
                        && !one.group(2).equals("!="))
                .map(one -> one.group(3))
                .findFirst()
                .orElse("");
    }

    private static List<String> requirements(String selector) {
        return Arrays.stream(COMMA.split(selector, -1))
                .map(String::strip)
                .filter(one -> !one.isEmpty())
                .toList();
    }
}
