package io.podidentity.tokenprovider.internal.entra;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.internal.certificate.ClientCertificate;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.HttpRetry;
import io.podidentity.tokenprovider.internal.http.NoAnswer;
import io.podidentity.tokenprovider.internal.http.RetryAfter;
import io.podidentity.tokenprovider.internal.http.TokenResponse;
import io.podidentity.tokenprovider.internal.text.HelpPage;
import io.podidentity.tokenprovider.internal.text.JsonException;
import io.podidentity.tokenprovider.internal.text.JsonReader;
import io.podidentity.tokenprovider.internal.text.JsonText;
import io.podidentity.tokenprovider.internal.text.Secret;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One call's dialogue with Entra ID's token endpoint: the client credentials flow of version 2. */
public final class EntraSession {
    private static final long PROOF_SECONDS = 600;
    private static final Base64.Encoder BASE64_URL = Base64.getUrlEncoder().withoutPadding();

    private final String source;
    private final EntraClient client;
    private final String clientId;
    private final String tenant;
    private final TokenRequest request;
    private final String claims;
    private final long deadline;
    /** The last answer of Entra ID in this dialogue; null before the first. */
    private @Nullable HttpResponse heard;

    EntraSession(String source, EntraClient client, String clientId, String tenant, TokenRequest request) {
        this.source = source;
        this.client = client;
        this.clientId = clientId;
        this.tenant = tenant;
        this.request = request;
        boolean capable = request.caeEnabled() || request.claims().isPresent();
        this.claims = capable ? withCapability(request.claims().orElse("{}")) : "";
        this.deadline = client.time().nanos() + request.deadline().orElseThrow().toNanos();
    }

    /**
     * What a certificate proves: a JWT that says who asks whom, for ten minutes (Microsoft Learn, "Application
     * authentication with certificate credentials"), with PS256 and x5t#S256; with RS256 and x5t for AD FS and dSTS,
     * which know no other.
     *
     * @param withChain whether the certificates themselves go with it, by which an application that trusts a subject
     *     and issuer knows one that it has not seen
     */
    public EntraProof sign(ClientCertificate certificate, boolean withChain) {
        try {
            String unsigned = encodePart(header(certificate, withChain)) + "." + encodePart(proofClaims());
            Signature signature = signature();
            signature.initSign(certificate.key());
            signature.update(unsigned.getBytes(StandardCharsets.US_ASCII));
            return EntraProof.ofAssertion(
                    unsigned + "." + BASE64_URL.encodeToString(signature.sign()), certificate.thumbprint());
        } catch (GeneralSecurityException e) {
            throw new TokenAcquisitionException(
                    Code.INVALID_CONFIGURATION,
                    "the " + certificate + " cannot sign (" + e.getClass().getSimpleName() + ")",
                    "Check that its private key is an RSA key of 2048 bits or more.");
        }
    }

    private Map<String, Object> header(ClientCertificate certificate, boolean withChain)
            throws GeneralSecurityException {
        Map<String, Object> header = new LinkedHashMap<>();
        header.put("alg", isOlder() ? "RS256" : "PS256");
        header.put("typ", "JWT");
        header.put(
                isOlder() ? "x5t" : "x5t#S256",
                BASE64_URL.encodeToString(certificate.digest(isOlder() ? "SHA-1" : "SHA-256")));
        if (withChain) {
            List<String> chain = new ArrayList<>();
            for (X509Certificate part : certificate.chain()) {
                chain.add(Base64.getEncoder().encodeToString(part.getEncoded()));
            }
            header.put("x5c", chain);
        }
        return header;
    }

    private Map<String, Object> proofClaims() {
        long now = nowMillis() / 1000;
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("aud", client.authority().audience(tenant));
        claims.put("iss", clientId);
        claims.put("sub", clientId);
        claims.put("jti", UUID.randomUUID().toString());
        claims.put("nbf", now);
        claims.put("exp", now + PROOF_SECONDS);
        return claims;
    }

    /** The provider is left to the key, since one out of Windows' store signs in that store only. */
    private Signature signature() throws GeneralSecurityException {
        if (isOlder()) {
            return Signature.getInstance("SHA256withRSA");
        }
        Signature signature = Signature.getInstance("RSASSA-PSS");
        signature.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
        return signature;
    }

    private static String encodePart(Map<String, Object> part) {
        return BASE64_URL.encodeToString(JsonText.of(part).getBytes(StandardCharsets.UTF_8));
    }

    private boolean isOlder() {
        return client.authority().isOlder(tenant);
    }

    /** What is left for it, in nanoseconds. */
    public long leftNanos() {
        return Math.max(1, deadline - client.time().nanos());
    }

    public long nowMillis() {
        return client.time().millis();
    }

    /** Presents certificates, the next one where Entra ID does not take the one before; there must be one at least. */
    public Answer present(List<ClientCertificate> certificates, boolean withChain) throws InterruptedException {
        int i = 0;
        while (true) {
            Answer answer = present(sign(certificates.get(i), withChain));
            if (!answer.blamesCertificate() || ++i == certificates.size()) {
                return answer;
            }
        }
    }

    public Answer present(EntraProof proof) throws InterruptedException {
        HttpRequest post = client.endpoint(tenant).withForm(form(proof));
        HttpResponse before = heard;
        long start = client.time().nanos();
        HttpResponse response;
        try {
            response = new HttpRetry(client.http(), client.time()).send(post, new EntraRetrySchedule(true), deadline);
        } catch (IOException e) {
            if (before == null) {
                return noAnswer(e, proof);
            }
            response = before.before(e, (client.time().nanos() - start) / 1_000_000);
        }
        heard = response;
        return response.status() == 200 ? token(response, proof) : refusal(response, proof);
    }

    private String form(EntraProof proof) {
        UserAssertion user = user();
        String form = "grant_type=" + (user == null ? "client_credentials" : UserAssertion.GRANT_TYPE) + "&client_id="
                + encode(clientId) + "&scope=" + encode(request.scope()) + proof.fields()
                + (user == null ? "" : user.fields());
        return claims.isEmpty() ? form : form + "&claims=" + encode(claims);
    }

    private @Nullable UserAssertion user() {
        String token = request.userAssertion().orElse(null);
        return token == null ? null : new UserAssertion(new Secret(token));
    }

    private Answer token(HttpResponse response, EntraProof proof) {
        try {
            AccessToken token = TokenResponse.token(response, request, source, nowMillis());
            // Of a user's opaque token nobody knows whose it is.
            boolean unknown = request.isOnBehalfOfUser() && token.principal().isEmpty();
            return new Answer(unknown ? token : token.withPrincipal(principal(token, proof)), null, 0);
        } catch (JsonException e) {
            String reason = client.baseUrl() + "/" + tenant + " answered HTTP 200 " + e.getMessage();
            String remedy = "Check what answers at " + client.baseUrl() + ".";
            return new Answer(null, new TokenAcquisitionException(Code.INVALID_RESPONSE, reason, remedy), 0);
        }
    }

    /** What the token says of itself; of an opaque one what is known without it. */
    private Principal principal(AccessToken token, EntraProof proof) {
        Principal own = token.principal().orElse(null);
        return (own == null ? Principal.app(clientId).withTenantId(tenant) : own)
                .withCertificateThumbprint(proof.certificateThumbprint());
    }

    private Answer refusal(HttpResponse response, EntraProof proof) {
        EntraError error = EntraError.read(response.body());
        boolean passing = EntraRetrySchedule.isTransient(response.status(), error.aadsts());
        boolean unmatched =
                error.aadsts() == 70025 || String.valueOf(error.aadsts()).startsWith("70021");
        String remedy = HelpPage.remedy(error.aadsts(), proof.isOfCluster()) + (unmatched ? proof.compared() : "");
        UserAssertion user = user();
        String said = error.describe(response, proof.value());
        if (user != null) {
            said = user.token().hide(said);
            String ofUser = user.remedy(error.aadsts(), clientId);
            remedy = ofUser.isEmpty() ? remedy : ofUser;
        }
        TokenAcquisitionException failure = new TokenAcquisitionException(
                response.code(passing),
                said,
                remedy.isEmpty() && passing ? RetryAfter.remedy(response) : remedy,
                null,
                RetryAfter.duration(response));
        if (!error.claims().isEmpty()) {
            failure = failure.withClaims(error.claims());
        }
        return new Answer(null, failure, error.aadsts());
    }

    private Answer noAnswer(IOException e, EntraProof proof) {
        String host = client.baseUrl();
        long limit = Math.min(request.deadline().orElseThrow().toNanos() / 1_000_000, EntraClient.TOTAL_MILLIS);
        TokenAcquisitionException failure = Unreachable.failure(
                e, "", NoAnswer.describe(e, proof.value().hide(String.valueOf(e.getMessage())), host, limit), host);
        return new Answer(null, failure, 0);
    }

    private static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    /**
     * A claims challenge with the capability CP1 added, {@code {"access_token":{"xms_cc":{"values":["CP1"]}}}}, and
     * nothing else changed (Microsoft Learn, "Claims challenges, claims requests and client capabilities"). Whoever
     * passes a challenge on has shown that it handles them, which is what CP1 says; other programs have to say so
     * ({@code TokenRequest.withCaeEnabled}), since one that cannot would keep a revoked token of a day.
     */
    private static String withCapability(String challenge) {
        try {
            Map<String, @Nullable Object> claims = JsonReader.readObject(challenge);
            Map<Object, @Nullable Object> xmsCc = member(member(claims, "access_token"), "xms_cc");
            List<@Nullable Object> values = new ArrayList<>();
            if (xmsCc.get("values") instanceof List<?> given) {
                values.addAll(given);
            }
            if (!values.contains("CP1")) {
                values.add("CP1");
            }
            xmsCc.put("values", values);
            return JsonText.of(claims);
        } catch (JsonException e) {
            throw new TokenAcquisitionException(
                    Code.INVALID_CONFIGURATION,
                    "the claims are not a JSON object",
                    "Decode the challenge's Base64 first.");
        }
    }

    /** The object that a member holds; a new one where there is none. */
    @SuppressWarnings("unchecked")
    private static Map<Object, @Nullable Object> member(Map<?, @Nullable Object> object, String name)
            throws JsonException {
        Object value = object.get(name);
        if (value != null && !(value instanceof Map)) {
            throw new JsonException(name + " is no object");
        }
        Map<Object, @Nullable Object> own =
                value == null ? new LinkedHashMap<>() : (Map<Object, @Nullable Object>) value;
        ((Map<Object, @Nullable Object>) object).put(name, own);
        return own;
    }

    /**
     * What Entra ID answered to a proof: a token, or a failure.
     *
     * @param aadsts the number after AADSTS of a failure; 0 without one
     */
    public record Answer(
            @Nullable AccessToken token, @Nullable TokenAcquisitionException failure, int aadsts) {
        /** Whether the certificate that signed the proof is not, or no longer, the application's. */
        public boolean blamesCertificate() {
            return aadsts == 700027 || aadsts == 1000502;
        }

        AccessToken orThrow() {
            if (token != null) {
                return token;
            }
            throw Objects.requireNonNull(failure);
        }
    }
}
