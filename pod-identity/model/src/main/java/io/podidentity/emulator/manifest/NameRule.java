// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which names the API server accepts. Any other name is refused before anything is made of it: no object of a cluster
 * can have it, and it would become a part of commands, files and reports.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/overview/working-with-objects/names/">Names</a>
 */
enum NameRule {
    /** Of most objects. */
    SUBDOMAIN(
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"),
            253,
            "small letters, digits, hyphens and dots"),
    /** Of namespaces. */
    LABEL(Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?"), 63, "small letters, digits and hyphens"),
    /** Of roles and their bindings. */
    PATH_SEGMENT(Pattern.compile("[^\\p{C}\\p{Zl}\\p{Zp}/%]+"), 253, "no slash, percent sign or control character");

    /** A part that a tool or a person puts in later, such as Flux for {@code ${name}}. */
    private static final Pattern PLACEHOLDER =
            Pattern.compile("\\$\\{[A-Za-z0-9_.:=-]*}|\\$\\([A-Za-z0-9_.-]*\\)|\\$[A-Za-z_][A-Za-z0-9_]*"
                    + "|\\b[A-Z]*SUBST_[A-Z0-9_]+|<[A-Za-z][A-Za-z0-9_ .-]*>|\\{[A-Za-z_][A-Za-z0-9_.-]*}");

    private static final String GROUP_OF_ROLES = "rbac.authorization.k8s.io/";

    private final Pattern form;
    private final int longest;
    private final String words;

    NameRule(Pattern form, int longest, String words) {
        this.form = form;
        this.longest = longest;
        this.words = words;
    }

    static NameRule of(String apiVersion, String kind) {
        if (apiVersion.startsWith(GROUP_OF_ROLES)) {
            return PATH_SEGMENT;
        }
        return kind.equals("Namespace") ? LABEL : SUBDOMAIN;
    }

    /** Why the API server takes no such name; empty if it does, or if a part of it is put in later. */
    Optional<String> refusal(String name) {
        String known = PLACEHOLDER.matcher(name).replaceAll("x");
        if (form.matcher(known).matches() && name.length() <= longest) {
            return Optional.empty();
        }
        return Optional.of(
                "Kubernetes takes no such name: it has " + words + ", and " + longest + " characters at most");
    }
}
