// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.internal.certificate.CertificateReader;
import io.podidentity.tokenprovider.internal.connection.ConnectionSettings;
import io.podidentity.tokenprovider.internal.connection.ConnectionStringException;
import io.podidentity.tokenprovider.internal.connection.SignIn;
import io.podidentity.tokenprovider.internal.entra.BearerChallenge;
import io.podidentity.tokenprovider.internal.http.ErrorBody;
import io.podidentity.tokenprovider.internal.http.ExpiryTime;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.RetryAfter;
import io.podidentity.tokenprovider.internal.http.TokenResponse;
import io.podidentity.tokenprovider.internal.text.DateText;
import io.podidentity.tokenprovider.internal.text.Excerpt;
import io.podidentity.tokenprovider.internal.text.JsonException;
import io.podidentity.tokenprovider.internal.text.JsonReader;
import io.podidentity.tokenprovider.internal.text.JsonText;
import io.podidentity.tokenprovider.internal.text.Secret;
import io.podidentity.tokenprovider.support.Certificates;
import io.podidentity.tokenprovider.support.Tokens;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A reader of text from elsewhere, what it promises of whatever text, and texts that it can read. */
enum Target {
    /** What another strict reader says of the same text, but for what ours refuses by its limits. */
    JSON {
        @Override
        boolean read(String text) {
            if (MISREAD_BY_JACKSON.matcher(text).find()) {
                return false;
            }
            Object theirs = jackson(text);
            try {
                Map<String, Object> ours = JsonReader.readObject(text);
                assertThat(plain(ours)).isEqualTo(plain(theirs));
                assertThat(plain(JsonReader.readObject(JsonText.of(ours)))).isEqualTo(plain(ours));
                return true;
            } catch (JsonException e) {
                boolean limited = e.getMessage().contains("nested deeper")
                        || e.getMessage().contains("a number");
                assertThat(limited || !(theirs instanceof Map))
                        .as("%s, and %s", e, theirs)
                        .isTrue();
                return false;
            }
        }

        @Override
        List<String> good() {
            return List.of(
                    "{}",
                    "{\"a\":1,\"b\":[true,false,null,-0,1.5e3,\"\\u00e9\\n\\ud83d\\ude00\"],\"c\":{\"d\":{}}}",
                    " {\"access_token\" : \"eyJ\" , \"expires_on\":\"2000000000\",\"x\":12345678901234567890} ");
        }

        @Override
        List<String> failedOnce() {
            return List.of("{\"a\":1.590e3}");
        }
    },
    TOKEN_RESPONSE {
        @Override
        boolean read(String text) {
            HttpResponse response = new HttpResponse(200, text, text, text, text, text, text);
            try {
                AccessToken token = TokenResponse.readToken(response, TokenRequest.forResource("r"), "s", NOW);
                assertThat(token.toString()).isNotEmpty();
                return true;
            } catch (JsonException e) {
                assertThat(e.getMessage()).hasSizeLessThan(200);
                return false;
            }
        }

        @Override
        List<String> good() {
            return List.of(
                    "{\"access_token\":\"abc\",\"expires_in\":\"3599\",\"refresh_in\":1800}",
                    "{\"access_token\":\"abc\",\"expires_on\":2000000000,\"token_type\":\"Bearer\"}",
                    "{\"access_token\":\"abc\",\"expires_on\":\"1/31/2036 1:02:03 PM +00:00\"}");
        }
    },
    /** One line, short, and of characters that a terminal only prints. */
    ERROR_BODY {
        @Override
        boolean read(String text) {
            String said = ErrorBody.describe(new HttpResponse(400, text, null), new Secret("s3cr3t-s3cr3t"));
            assertThat(said).hasSizeLessThan(600).doesNotContain("s3cr3t-s3cr3t");
            assertThat(said.chars()).noneMatch(Character::isISOControl);
            return true;
        }

        @Override
        List<String> good() {
            return List.of(
                    "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000215: s3cr3t-s3cr3t.\\r\\nTrace\"}",
                    "{\"error\":{\"code\":\"x\",\"message\":\"y s3cr3t-s3cr3t\"}}",
                    "<html>s3cr3t-s3cr3t</html>");
        }
    },
    EXCERPT {
        @Override
        boolean read(String text) {
            for (int most : new int[] {0, 1, 3, 80}) {
                String shown = Excerpt.printed(text, most);
                assertThat(shown).hasSizeLessThanOrEqualTo(most);
                assertThat(shown.chars()).noneMatch(Character::isISOControl);
            }
            assertThat(new Secret("abcdefghij").hide(text).toLowerCase(java.util.Locale.ROOT))
                    .doesNotContain("abcdefghij");
            return true;
        }

        @Override
        List<String> good() {
            return List.of(
                    "ERROR: abcdefghij",
                    "ABCDEFGHIJ eyJhbGciOi.eyJ.x",
                    Tokens.jwt(Map.of("a", "abcdefghij")),
                    "YWJjZGVmZ2hpag==");
        }
    },
    CONNECTION_STRING {
        @Override
        boolean read(String text) {
            try {
                ConnectionSettings settings = ConnectionSettings.parse(text);
                assertThat(settings.fingerprint())
                        .isEqualTo(ConnectionSettings.parse(text).fingerprint());
                SignIn.of(settings);
                return true;
            } catch (ConnectionStringException e) {
                assertThat(e.getMessage()).doesNotContain("hunter22").hasSizeLessThan(800);
                return false;
            }
        }

        @Override
        List<String> good() {
            return List.of(
                    "RunAs=App",
                    "RunAs=App;AppId=a",
                    "RunAs=Developer; DeveloperTool=AzureCli;",
                    "RunAs=App;AppId=a;TenantId=t;AppKey=hunter22",
                    "RunAs=App;AppId=a;TenantId=\"t;\"\"x\";AppKey='hunter22;'",
                    "RunAs=App;AppId=a;TenantId=t;CertificateThumbprint=00;CertificateStoreLocation=CurrentUser");
        }
    },
    /** A value that is written in a connection string is read from it. */
    CONNECTION_VALUE {
        @Override
        boolean read(String text) {
            try {
                ConnectionSettings settings = ConnectionSettings.parse(
                        "RunAs=App;AppId=" + ConnectionSettings.quoted(text) + ";TenantId=t;AppKey=k");
                assertThat(settings.fingerprint()).contains("=" + ConnectionSettings.quoted(text) + ";");
                return true;
            } catch (ConnectionStringException e) {
                return false;
            }
        }

        @Override
        List<String> good() {
            return List.of("a", "'a'", "a;b", "a=b", " a ", "\"", "a\"\"b");
        }
    },
    DATE {
        @Override
        boolean read(String text) {
            Instant read = DateText.read(text);
            Instant local = DateText.readLocal(text, ZoneId.of("America/Los_Angeles"));
            Instant expiry = ExpiryTime.read(text);
            assertThat(RetryAfter.millis(new HttpResponse(429, "", text))).isBetween(0L, 3_600_000L);
            return read != null || local != null || expiry != null;
        }

        @Override
        List<String> good() {
            return List.of(
                    "2000000000",
                    "2033-05-18T03:33:20Z",
                    "2033-05-18T03:33:20.123+02:00",
                    "2033-05-18 03:33:20.123456",
                    "5/18/2033 3:33:20 AM +00:00",
                    "Wed, 18 May 2033 03:33:20 GMT");
        }
    },
    JWT {
        @Override
        boolean read(String text) {
            AccessToken token = new AccessToken(text, "r", "Bearer", Instant.EPOCH, null, null, "s");
            assertThat(token.toString()).hasSizeLessThan(1_000);
            return token.principal().isPresent();
        }

        @Override
        List<String> good() {
            return List.of(
                    Tokens.jwt(Map.of("appid", "a", "oid", "o", "tid", "t", "idtyp", "app")),
                    Tokens.jwt(Map.of("upn", "anna@contoso.com", "oid", "o", "tid", "t")));
        }
    },
    CHALLENGE {
        @Override
        boolean read(String text) {
            return BearerChallenge.read(text) != null;
        }

        @Override
        List<String> good() {
            return List.of(
                    "Bearer authorization=\"https://login.microsoftonline.com/t\", resource=\"https://vault.azure.net\"",
                    "Bearer authorization_uri=\"https://login.windows.net/t\",scope=https://vault.azure.net/.default");
        }
    },
    CERTIFICATE {
        @Override
        boolean read(String text) {
            try {
                CertificateReader.read(text.getBytes(StandardCharsets.ISO_8859_1), new Secret("changeit"), "file");
                return true;
            } catch (TokenAcquisitionException e) {
                assertThat(e.getMessage()).hasSizeLessThan(800);
                return false;
            }
        }

        @Override
        List<String> good() {
            return PEM;
        }

        @Override
        int cost() {
            return 10;
        }
    };

    private static final long NOW = 1_700_000_000_000L;

    /** Of a character in an escape that is not ASCII, its reader of texts takes the low byte: U+AB65 for an e. */
    private static final Pattern MISREAD_BY_JACKSON = Pattern.compile("\\\\u[0-9a-fA-F]{0,3}[^\\x00-\\x7f]");

    private static final List<String> PEM = List.of(pem(), "0\u0082\u0001\u0010\u0002\u0001\u0003");
    private static final ObjectMapper JACKSON = new ObjectMapper()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS);

    /**
     * Reads a text, and fails if that breaks a promise.
     *
     * @return whether it was one that the reader takes
     */
    abstract boolean read(String text);

    abstract List<String> good();

    /** How many times more than others one text costs. */
    int cost() {
        return 1;
    }

    boolean canRefuse() {
        return this != ERROR_BODY && this != EXCERPT;
    }

    /** What a fuzzer found. */
    List<String> failedOnce() {
        return List.of();
    }

    private static Object jackson(String text) {
        try {
            return JACKSON.readValue(text, Object.class);
        } catch (JsonProcessingException | NumberFormatException e) {
            return e;
        }
    }

    /** With one type for all numbers, since 1 and 1.0 may be read as either. */
    private static Object plain(Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> plain = new LinkedHashMap<>();
            map.forEach((key, member) -> plain.put(key, plain(member)));
            return plain;
        }
        if (value instanceof List<?> list) {
            return list.stream().map(Target::plain).toList();
        }
        if (value instanceof Number number) {
            return new BigDecimal(number.toString()).stripTrailingZeros();
        }
        return value;
    }

    private static String pem() {
        try {
            return Certificates.pem(Certificates.rsa("CN=x").leaf())
                    + Certificates.pem(Certificates.rsa("CN=x").key());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
