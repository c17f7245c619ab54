// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain.log;

import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Text of a log, fit to be shown: a line of it may be written by an attacker, and hold what a program should not have
 * logged. No escape of a terminal and no character that hides or reorders others is left, no token and no secret.
 */
final class SafeText {

    private static final String HIDDEN = "[hidden]";
    private static final int MAX_LENGTH = 400;

    /** Colours, cursor movements, titles of windows, links. */
    private static final Pattern ESCAPE =
            Pattern.compile("\\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\\x07\\x1b]*(?:\\x07|\\x1b\\\\)?|.)?");

    private static final Pattern UNSEEN = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Co}\\p{Cn}\\p{Cs}]");

    /** A token in three parts, or the beginning of one. */
    private static final Pattern JWT = Pattern.compile("eyJ[A-Za-z0-9_=-]{5,}(?:\\.[A-Za-z0-9_=-]*)*");

    private static final Pattern NAMED = Pattern.compile(
            "(?i)((?:access_?token|refresh_?token|id_?token|client_?secret|client_?assertion|assertion|password|secret"
                    + "|identity_header|msi_secret|sig|bearer|authorization)[\"']?\\s*[=:]\\s*[\"']?(?:bearer\\s+)?)"
                    + "([^\\s\"'&,;}<>(]{4,})");

    private static final Pattern BEARER = Pattern.compile("(?i)\\b(bearer\\s+)([A-Za-z0-9._~+/=-]{8,})");

    /** Capitals, small letters and digits in one run: no GUID, host or name of an object has all three for so long. */
    private static final Pattern RUN = Pattern.compile("[A-Za-z0-9+_~=.-]{32,}");

    private SafeText() {}

    /** The text without what a terminal would obey, such as colours and new titles of its window. */
    static String removeControls(String text) {
        return UNSEEN.matcher(ESCAPE.matcher(text.replace('\t', ' ')).replaceAll(""))
                .replaceAll("?");
    }

    /** One short line that can be shown to anybody: tokens and secrets are hidden. */
    static String redact(String text) {
        String shown = JWT.matcher(removeControls(text)).replaceAll(HIDDEN);
        shown = BEARER.matcher(shown).replaceAll("$1" + HIDDEN);
        shown = NAMED.matcher(shown).replaceAll(SafeText::hideNamed);
        shown = RUN.matcher(shown).replaceAll(SafeText::hideRandom);
        if (shown.length() <= MAX_LENGTH) {
            return shown;
        }
        return shown.substring(0, MAX_LENGTH) + "...";
    }

    /** Behind "secret:" may also stand the name of an object, which stays. */
    private static String hideNamed(MatchResult match) {
        String value = match.group(2);
        boolean isObjectName = value.matches("[a-z0-9-]{1,63}/[a-z0-9.-]{1,253}");
        if (isObjectName || value.equals(HIDDEN)) {
            return Matcher.quoteReplacement(match.group());
        }
        return Matcher.quoteReplacement(match.group(1)) + HIDDEN;
    }

    private static String hideRandom(MatchResult match) {
        if (isRandom(match.group())) {
            return HIDDEN;
        }
        return Matcher.quoteReplacement(match.group());
    }

    private static boolean isRandom(String run) {
        return run.chars().anyMatch(Character::isUpperCase)
                && run.chars().anyMatch(Character::isLowerCase)
                && run.chars().filter(Character::isDigit).count() >= 2;
    }
}
