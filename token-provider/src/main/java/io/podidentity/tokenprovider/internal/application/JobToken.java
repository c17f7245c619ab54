package io.podidentity.tokenprovider.internal.application;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.entra.EntraRetrySchedule;
import io.podidentity.tokenprovider.internal.entra.Unreachable;
import io.podidentity.tokenprovider.internal.http.ErrorBody;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.HttpRetry;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.http.NoAnswer;
import io.podidentity.tokenprovider.internal.http.RetryAfter;
import io.podidentity.tokenprovider.internal.http.TokenResponse;
import io.podidentity.tokenprovider.internal.text.JsonException;
import io.podidentity.tokenprovider.internal.text.Secret;
import io.podidentity.tokenprovider.internal.text.Time;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;

/**
 * The OIDC token that a CI service issues to a running job. It lives for minutes only, so a new one is requested each
 * time.
 */
final class JobToken implements TokenSource {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int TOTAL_MILLIS = 15_000;

    private final Service service;
    private final HttpRequest request;
    private final Secret accessToken;
    private final HttpTransport http;
    private final Time time;

    /** A CI service. */
    static final class Service {
        /** The name of the source. */
        final String name;
        /** The variables that hold the tenant, the client ID, and what the job shows to the service. */
        final String tenant;

        final String client;
        final String accessToken;
        /** The variable that holds the URL. */
        final String variable;
        /** The member of its answer that holds the OIDC token. */
        final String member;
        /** What to do if it issues no token. */
        final String refused;

        Service(
                String name,
                String tenant,
                String client,
                String accessToken,
                String variable,
                String member,
                String refused) {
            this.name = name;
            this.tenant = tenant;
            this.client = client;
            this.accessToken = accessToken;
            this.variable = variable;
            this.member = member;
            this.refused = refused;
        }
    }

    /**
     * @param byPost whether it is requested by a POST without a body
     * @param url the URL from the variable, without what the caller adds to its query
     * @param accessToken what the job shows to the service; goes nowhere else
     * @throws TokenAcquisitionException if the URL is not https, or the access token cannot be sent
     */
    JobToken(
            Service service,
            boolean byPost,
            String url,
            String query,
            Secret accessToken,
            HttpTransport http,
            Time time) {
        requireSafe(url, service.variable);
        if (!TokenResponse.canBeSent(accessToken.reveal())) {
            throw failure(
                    Code.INVALID_CONFIGURATION,
                    "the access token for " + service.variable + " has a character that no header takes",
                    service.refused);
        }
        HttpRequest get = HttpRequest.toNetwork(url, CONNECT_MILLIS, TOTAL_MILLIS)
                .withQuery(query)
                .withHeader("Authorization", "Bearer " + accessToken.reveal());
        this.service = service;
        this.request = byPost
                ? get.withForm("")
                        .withHeader("Content-Type", "application/json")
                        // Without it, Azure DevOps answers with a redirect to its sign-in page.
                        .withHeader("X-TFS-FedAuthRedirect", "Suppress")
                : get;
        this.accessToken = accessToken;
        this.http = http;
        this.time = time;
    }

    @Override
    public String name() {
        return service.name;
    }

    @Override
    public Outcome acquire(TokenRequest wanted) throws InterruptedException {
        HttpResponse response = send(wanted.deadline().orElseThrow().toNanos());
        if (response.status() != 200) {
            boolean passing = EntraRetrySchedule.isTransient(response.status(), 0);
            throw new TokenAcquisitionException(
                    passing ? Code.SERVICE_UNAVAILABLE : Code.REFUSED,
                    host() + " issued no OIDC token: " + ErrorBody.describe(response, accessToken),
                    passing ? "Try again in a minute." : service.refused,
                    null,
                    RetryAfter.duration(response.retryAfter()));
        }
        String problem;
        try {
            String token = TokenResponse.read(response.body()).text(service.member);
            if (token != null && TokenResponse.canBeSent(token)) {
                return new Acquired(ClientAssertion.token(token, name()));
            }
            problem = "without a token in '" + service.member + "'";
        } catch (JsonException e) {
            problem = String.valueOf(e.getMessage());
        }
        throw failure(
                Code.INVALID_RESPONSE,
                host() + " answered HTTP 200 " + problem,
                "Check " + service.variable + " and what answers there.");
    }

    private HttpResponse send(long withinNanos) throws InterruptedException {
        try {
            return new HttpRetry(http, time).send(request, new EntraRetrySchedule(false), time.nanos() + withinNanos);
        } catch (IOException e) {
            String message = accessToken.hide(String.valueOf(e.getMessage()));
            long limit = Math.min(withinNanos / 1_000_000, TOTAL_MILLIS);
            throw Unreachable.failure(e, "", NoAnswer.describe(e, message, host(), limit), host());
        }
    }

    /** Scheme, host and port of the URL; its path names the run. */
    private String host() {
        URI uri = URI.create(request.url());
        return uri.getScheme() + "://" + uri.getRawAuthority();
    }

    /** The access token must not cross a network in the clear. Plain http is accepted on this machine only. */
    private static void requireSafe(String url, String variable) {
        try {
            URI uri = new URI(url);
            String host = uri.getHost();
            boolean valid = host != null && uri.getRawUserInfo() == null && uri.getRawFragment() == null;
            if (valid && ("https".equalsIgnoreCase(uri.getScheme()) || isLoopback(uri.getScheme(), host))) {
                return;
            }
        } catch (URISyntaxException e) {
            // Its message would repeat the URL.
        }
        throw failure(
                Code.INVALID_CONFIGURATION,
                variable + " is not an https URL",
                "Use the value that the CI service sets; nothing was sent.");
    }

    private static boolean isLoopback(String scheme, String host) {
        return "http".equalsIgnoreCase(scheme)
                && (host.equals("127.0.0.1") || host.equals("[::1]") || host.equals("localhost"));
    }

    private static TokenAcquisitionException failure(Code code, String reason, String remedy) {
        return new TokenAcquisitionException(code, reason, remedy, null);
    }
}
