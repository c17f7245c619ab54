// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.entra;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.internal.Nullable;
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

/**
 * The requests of one call to Entra ID's token endpoint, in the client credentials flow of version 2. An {@link
 * EntraCredential} presents its proofs here.
 *
 * <p><i>Thread-safety:</i> not safe for use by several threads. Each call has a session of its own.
 */
public final class EntraSession {
    private static final long PROOF_SECONDS = 600;
    private static final Base64.Encoder BASE64_URL = Base64.getUrlEncoder().withoutPadding();

    private final String source;
    private final EntraClient client;
    private final String clientId;
    private final String tenant;
    private final TokenRequest request;
    private final EntraGrant grant;
    private final String claims;
    private final long deadline;
    /** The last answer of Entra ID in this session; null before the first. */
    private @Nullable HttpResponse heard;

    EntraSession(
            String source, EntraClient client, String clientId, String tenant, TokenRequest request, EntraGrant grant) {
        this.source = source;
        this.client = client;
        this.clientId = clientId;
        this.tenant = tenant;
        this.request = request;
        this.grant = grant;
        if (request.caeEnabled() || request.claims().isPresent()) {
            this.claims = withCapability(request.claims().orElse("{}"));
        } else {
            this.claims = "";
        }
        this.deadline = client.time().nanos() + request.deadline().orElseThrow().toNanos();
    }

    /**
     * Signs a JWT that says who asks whom, valid for ten minutes (Microsoft Learn, "Application authentication with
     * certificate credentials"). It is signed with PS256 and names the certificate in x5t#S256. For AD FS and dSTS,
     * which know nothing newer, it has RS256 and x5t.
     *
     * @param withChain whether the JWT contains the certificates themselves. With them, an application that trusts a
     *     subject and an issuer accepts a renewed certificate
     */
    public EntraProof sign(ClientCertificate certificate, boolean withChain) {
        try {
            String unsigned = encodePart(proofHeader(certificate, withChain)) + "." + encodePart(proofClaims());
            Signature signature = newSignature();
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

    private Map<String, Object> proofHeader(ClientCertificate certificate, boolean withChain)
            throws GeneralSecurityException {
        Map<String, Object> header = new LinkedHashMap<>();
        if (isOlder()) {
            header.put("alg", "RS256");
            header.put("typ", "JWT");
            header.put("x5t", BASE64_URL.encodeToString(certificate.digest("SHA-1")));
        } else {
            header.put("alg", "PS256");
            header.put("typ", "JWT");
            header.put("x5t#S256", BASE64_URL.encodeToString(certificate.digest("SHA-256")));
        }
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

    /** No security provider is named, because a key of Windows' store signs with the provider of that store only. */
    private Signature newSignature() throws GeneralSecurityException {
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

    /** The time that is left for the call, in nanoseconds. */
    public long leftNanos() {
        return Math.max(1, deadline - client.time().nanos());
    }

    public long nowMillis() {
        return client.time().millis();
    }

    /**
     * Presents certificates in their order, until Entra ID accepts one.
     *
     * @param certificates at least one
     */
    public Answer present(List<ClientCertificate> certificates, boolean withChain) throws InterruptedException {
        int i = 0;
        while (true) {
            Answer answer = present(sign(certificates.get(i), withChain));
            if (!answer.blamesCertificate() || ++i == certificates.size()) {
                return answer;
            }
        }
    }

    /** Presents a proof. */
    public Answer present(EntraProof proof) throws InterruptedException {
        HttpRequest post = client.endpoint(tenant).withForm(writeForm(proof));
        HttpResponse before = heard;
        long start = client.time().nanos();
        HttpResponse response;
        try {
            response = new HttpRetry(client.http(), client.time()).send(post, new EntraRetrySchedule(true), deadline);
        } catch (IOException e) {
            if (before == null) {
                return explainNoAnswer(e, proof);
            }
            response = before.before(e, (client.time().nanos() - start) / 1_000_000);
        }
        heard = response;
        if (response.status() == 200) {
            return readToken(response, proof);
        }
        return explainRefusal(response, proof);
    }

    private String writeForm(EntraProof proof) {
        StringBuilder form = new StringBuilder("grant_type=").append(encode(grant.type()));
        form.append("&client_id=").append(encode(clientId));
        form.append("&scope=").append(encode(request.scope()));
        form.append(proof.writeFields());
        form.append(grant.writeFields());
        if (!claims.isEmpty()) {
            form.append("&claims=").append(encode(claims));
        }
        return form.toString();
    }

    private Answer readToken(HttpResponse response, EntraProof proof) {
        try {
            AccessToken token = TokenResponse.readToken(response, request, source, nowMillis());
            if (grant.isForUser() && token.principal().isEmpty()) {
                // The token is of a user, and does not say of which one.
                return new Answer(token, null, 0);
            }
            return new Answer(token.withPrincipal(findPrincipal(token, proof)), null, 0);
        } catch (JsonException e) {
            String reason = client.baseUrl() + "/" + tenant + " answered HTTP 200 " + e.getMessage();
            String remedy = "Check what answers at " + client.baseUrl() + ".";
            return new Answer(null, new TokenAcquisitionException(Code.INVALID_RESPONSE, reason, remedy), 0);
        }
    }

    /** The principal that the token names. An opaque token is of the application that asked. */
    private Principal findPrincipal(AccessToken token, EntraProof proof) {
        Principal principal = token.principal().orElse(Principal.app(clientId).withTenantId(tenant));
        return principal.withCertificateThumbprint(proof.certificateThumbprint());
    }

    private Answer explainRefusal(HttpResponse response, EntraProof proof) {
        EntraError error = EntraError.read(response.body());
        boolean mayPass = EntraRetrySchedule.isTransient(response.status(), error.aadsts());
        String reason = grant.describe() + grant.hide(error.describe(response, proof.value()));
        String remedy = findRemedy(error, proof);
        if (remedy.isEmpty() && mayPass) {
            remedy = RetryAfter.remedy(response);
        }
        TokenAcquisitionException failure = new TokenAcquisitionException(
                response.code(mayPass), reason, remedy, null, RetryAfter.duration(response));
        if (!error.claims().isEmpty()) {
            failure = failure.withClaims(error.claims());
        }
        return new Answer(null, failure, error.aadsts());
    }

    private String findRemedy(EntraError error, EntraProof proof) {
        String ofGrant = grant.remedy(error.aadsts());
        if (!ofGrant.isEmpty()) {
            return ofGrant;
        }
        if (error.isUnmatchedAssertion() && grant.isOfBlueprint()) {
            return "Give the blueprint a federated credential with these values; the tenant must be that of the agent"
                    + " identity." + proof.describeClaims();
        }
        String remedy = HelpPage.remedy(error.aadsts(), proof.isOfCluster());
        if (error.isUnmatchedAssertion()) {
            return remedy + proof.describeClaims();
        }
        return remedy;
    }

    private Answer explainNoAnswer(IOException e, EntraProof proof) {
        String host = client.baseUrl();
        long limit = Math.min(request.deadline().orElseThrow().toNanos() / 1_000_000, EntraClient.TOTAL_MILLIS);
        String message = grant.hide(proof.value().hide(String.valueOf(e.getMessage())));
        TokenAcquisitionException failure =
                Unreachable.failure(e, grant.describe(), NoAnswer.describe(e, message, host, limit), host);
        return new Answer(null, failure, 0);
    }

    private static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    /**
     * A claims challenge with the capability CP1 added, {@code {"access_token":{"xms_cc":{"values":["CP1"]}}}}, and
     * nothing else changed (Microsoft Learn, "Claims challenges, claims requests and client capabilities"). CP1 says
     * that the program handles challenges, and a program that passes one on has shown that it does. Other programs have
     * to say so ({@code TokenRequest.withCaeEnabled}): a program that does not handle challenges would keep using a
     * revoked token for up to a day.
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

    /** The object that a member holds; a new object if the member is absent. */
    @SuppressWarnings("unchecked")
    private static Map<Object, @Nullable Object> member(Map<?, @Nullable Object> object, String name)
            throws JsonException {
        Object value = object.get(name);
        if (value == null) {
            value = new LinkedHashMap<>();
            ((Map<Object, @Nullable Object>) object).put(name, value);
        }
        if (!(value instanceof Map)) {
            throw new JsonException(name + " is no object");
        }
        return (Map<Object, @Nullable Object>) value;
    }

    /**
     * The answer of Entra ID to a proof: a token or a failure.
     *
     * @param aadsts the number after AADSTS of a failure; 0 without one
     */
    public record Answer(
            @Nullable AccessToken token, @Nullable TokenAcquisitionException failure, int aadsts) {
        /** Whether the application does not have the certificate that signed the proof, or no longer has it. */
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
