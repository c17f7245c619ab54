// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.page;

import io.podidentity.demo.DemoProperties;
import io.podidentity.demo.hardening.Doubt;
import io.podidentity.demo.hardening.LimitedBlobs.BlobPage;
import io.podidentity.demo.sample.Problem;
import io.podidentity.tokenprovider.Explanation;
import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenAttempt;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.core.env.Environment;

/** All that the page shows: either the token, as far as it tells of itself, or the problem that there is none. */
record Page(
        HostEnvironment host,
        @Nullable Token token,
        @Nullable Problem problem,
        List<TokenAttempt> attempts,
        Blobs blobs) {

    /** A remedy, split into plain text and commands. */
    public List<RemedyPart> advice(String remedy) {
        return RemedyPart.of(remedy);
    }

    /**
     * Whose token it is and until when.
     *
     * @param caveat what speaks against using this identity, such as that it is the node's; empty for nothing
     * @param refresh from when on it is renewed; null if that is not known
     * @param lifetime its life as a bar; null if it does not tell when it began
     */
    record Token(
            String name,
            String kind,
            String caveat,
            Explanation about,
            Timestamp expires,
            @Nullable Timestamp refresh,
            @Nullable Lifetime lifetime) {

        static Token of(Explanation token, Instant now) {
            Principal who = token.principal().orElse(null);
            Doubt doubt = Doubt.about(token);
            Instant expires = token.expiresOn().orElseThrow();
            Instant refresh = token.refreshOn().orElse(null);
            return new Token(
                    name(who, token.claims()),
                    kind(who, token.claims(), doubt),
                    doubt.reason(),
                    token,
                    Timestamp.of(expires, now),
                    refresh == null ? null : Timestamp.of(refresh, now),
                    Lifetime.of(token.claims(), refresh, expires, now));
        }

        private static String name(@Nullable Principal who, Map<String, String> claims) {
            if (who == null) {
                return "An identity that the token does not name";
            }
            if (who.type() == Principal.Type.USER) {
                return who.userPrincipalName().orElse("A user");
            }
            String resource = claims.getOrDefault("xms_mirid", "");
            String name = claims.getOrDefault("app_displayname", resource.substring(resource.lastIndexOf('/') + 1));
            return name.isEmpty() ? who.appId().orElse("An application") : name;
        }

        private static String kind(@Nullable Principal who, Map<String, String> claims, Doubt doubt) {
            if (doubt.isOfNode()) {
                return "Identity of the node";
            }
            String kind = kind(who, claims);
            return doubt.isUnverified() ? kind + ", not verified" : kind;
        }

        private static String kind(@Nullable Principal who, Map<String, String> claims) {
            if (who == null) {
                return "Signed in";
            }
            if (who.type() == Principal.Type.USER) {
                return "User";
            }
            return claims.containsKey("xms_mirid") ? "Managed identity" : "Application";
        }

        /** The time that a claim is in seconds; null for another claim. */
        public @Nullable String time(String claim, String value) {
            return claim.matches("iat|nbf|exp") ? String.valueOf(Lifetime.instant(value)) : null;
        }
    }

    /** The list of blobs: a page of it, or the problem with it, or neither if there is no token to read it with. */
    record Blobs(
            DemoProperties.Storage storage,
            String endpoint,
            String prefix,
            boolean first,
            @Nullable BlobPage page,
            @Nullable Problem problem) {}

    /**
     * The life of a token as a bar, in hundredths of its width.
     *
     * @param start when it was issued
     * @param elapsed how much of it is over
     * @param refresh where renewal begins; the whole width if that is not known
     */
    record Lifetime(Timestamp start, double elapsed, double refresh) {

        /** The life of the token with these claims; null if they do not tell when it began. */
        static @Nullable Lifetime of(
                Map<String, String> claims, @Nullable Instant refreshOn, Instant expiresOn, Instant now) {
            Instant start = instant(claims.getOrDefault("iat", claims.getOrDefault("nbf", "")));
            if (start == null || !start.isBefore(expiresOn)) {
                return null;
            }
            return new Lifetime(
                    Timestamp.of(start, now),
                    share(start, now, expiresOn),
                    share(start, refreshOn == null ? expiresOn : refreshOn, expiresOn));
        }

        /** The seconds of a claim as a time; null if it is none. */
        static @Nullable Instant instant(String seconds) {
            // No more digits than the years that a text of a time can have.
            return seconds.matches("\\d{1,12}") ? Instant.ofEpochSecond(Long.parseLong(seconds)) : null;
        }

        private static double share(Instant start, Instant at, Instant end) {
            double whole = Duration.between(start, end).toMillis();
            return Math.max(0, Math.min(100, 100 * Duration.between(start, at).toMillis() / whole));
        }
    }

    /** Where the application runs, as far as its settings and variables tell. */
    record HostEnvironment(Environment environment, String endpoint) {
        /** Azure itself is never on loopback. */
        private static final Pattern LOOPBACK = Pattern.compile("https?://(127\\.|localhost[:/]|\\[::1]).*");

        /** Whether Azure is emulated on this machine. */
        public boolean isEmulated() {
            return LOOPBACK.matcher(endpoint).matches();
        }

        /** Whether Actuator is on the port of the page. */
        public boolean hasActuator() {
            return ManagementPortType.get(environment) == ManagementPortType.SAME;
        }

        /** The place in a few words. */
        public String text() {
            boolean isKubernetes = !variable("KUBERNETES_SERVICE_HOST").isEmpty();
            if (!isKubernetes && variable("AZURE_POD_IDENTITY_AUTHORITY_HOST").isEmpty()) {
                return "on this machine";
            }
            // Kubernetes gives each pod its name as its host name.
            String name = isKubernetes ? variable("HOSTNAME") : "";
            return name.isEmpty() ? "in a pod" : "in the pod " + name;
        }

        private String variable(String name) {
            return environment.getProperty("token-provider.environment." + name, environment.getProperty(name, ""));
        }
    }

    /**
     * A time as the page shows it.
     *
     * @param iso the time for programs, in ISO-8601
     * @param clock the time of day, with the date if it is not today, such as {@code 14:05:12 UTC}
     * @param distance the time from now, such as {@code in 58 min}
     */
    record Timestamp(String iso, String clock, String distance) {
        private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss 'UTC'", Locale.ROOT);
        private static final DateTimeFormatter DAY =
                DateTimeFormatter.ofPattern("d MMM uuuu, HH:mm 'UTC'", Locale.ENGLISH);

        static Timestamp of(Instant instant, Instant now) {
            Duration distance = Duration.between(now, instant);
            DateTimeFormatter format = distance.abs().toHours() < 12 ? TIME : DAY;
            return new Timestamp(
                    instant.toString(), format.format(instant.atOffset(ZoneOffset.UTC)), distance(distance));
        }

        private static String distance(Duration distance) {
            String amount = amount(distance.abs());
            return distance.isNegative() ? amount + " ago" : "in " + amount;
        }

        private static String amount(Duration length) {
            if (length.toSeconds() < 120) {
                return length.toSeconds() + " s";
            }
            if (length.toMinutes() < 120) {
                return length.toMinutes() + " min";
            }
            return length.toHours() < 48
                    ? length.toHours() + " h " + length.toMinutesPart() + " min"
                    : length.toDays() + " days";
        }
    }
}
