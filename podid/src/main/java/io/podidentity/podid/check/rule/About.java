package io.podidentity.podid.check.rule;

import java.util.List;

/**
 * What a rule says of itself; reports and {@code docs/checks.md} are made of it.
 *
 * @param id the number of its group, such as {@code C3}
 * @param rule its own name, in kebab case
 * @param severity of its findings, unless one is less bad
 * @param line what is wrong, in one sentence without a full stop
 * @param remedy what to do, in general
 * @param prevents issues of others that it would have prevented, as {@code owner/repository#number}
 */
public record About(String id, String rule, Severity severity, String line, String remedy, List<String> prevents) {

    private static final String DOCUMENT =
            "https://github.com/pod-identity/pod-identity-java/blob/main/docs/checks.md#";

    public About {
        prevents = List.copyOf(prevents);
    }

    public static About error(String id, String rule, String line, String remedy, String... prevents) {
        return new About(id, rule, Severity.ERROR, line, remedy, List.of(prevents));
    }

    public static About warning(String id, String rule, String line, String remedy, String... prevents) {
        return new About(id, rule, Severity.WARNING, line, remedy, List.of(prevents));
    }

    public static About info(String id, String rule, String line, String remedy, String... prevents) {
        return new About(id, rule, Severity.INFO, line, remedy, List.of(prevents));
    }

    /** Its place in the documentation. */
    public String link() {
        return DOCUMENT + rule;
    }

    /** Whether it is meant by that word, a number or a name. */
    public boolean isNamed(String word) {
        return word.equals(id) || word.equals(rule);
    }
}
