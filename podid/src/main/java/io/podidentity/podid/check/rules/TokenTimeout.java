package io.podidentity.podid.check.rules;

import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long a program waits for its token.
 *
 * @param location where it says so
 */
record TokenTimeout(FieldLocation location, long seconds) {

    private static final long ENOUGH_SECONDS = 100;
    private static final Set<String> VARIABLES = Set.of("TOKEN_PROVIDER_DEADLINE", "TOKEN_PROVIDER_DEADLINE_SECONDS");
    private static final Pattern DURATION = Pattern.compile("(?i)(?:pt)?(\\d+)(ms|s|m|h)?");
    private static final Pattern CURL =
            Pattern.compile("\\b(?:curl\\b.*?\\s(?:-m|--max-time)|wget\\b.*?\\s(?:-T|--timeout))[ =]?(\\d+)");

    /** All that are told by variables and scripts. */
    static List<TokenTimeout> of(PodSource pod) {
        var found = new ArrayList<TokenTimeout>();
        for (String name : VARIABLES) {
            for (FieldLocation variable : pod.variables(name)) {
                Matcher duration = DURATION.matcher(variable.at("value").text());
                if (duration.matches()) {
                    found.add(new TokenTimeout(variable.at("value"), seconds(duration)));
                }
            }
        }
        for (MetadataCall call : MetadataCall.of(pod)) {
            Matcher curl = CURL.matcher(call.command());
            if (curl.find() && !call.command().contains("--retry") && !call.isRepeated()) {
                found.add(new TokenTimeout(call.location(), Long.parseLong(curl.group(1))));
            }
        }
        return found;
    }

    private static long seconds(Matcher duration) {
        long number = Long.parseLong(duration.group(1));
        String unit = String.valueOf(duration.group(2)).toLowerCase(Locale.ROOT);
        return switch (unit) {
            case "ms" -> number / 1000;
            case "m" -> number * 60;
            case "h" -> number * 3600;
            default -> number;
        };
    }

    boolean isEnough() {
        return seconds >= ENOUGH_SECONDS;
    }
}
