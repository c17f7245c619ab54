// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.hardening;

import io.podidentity.demo.sample.Problem;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * Protects the people in front of a browser. It tells the browser to load nothing from elsewhere, to run no script but
 * the application's own file, and not to show the application in a frame of another page.
 *
 * <p>On a laptop it also refuses requests that name another host. Otherwise a web page from elsewhere could have its
 * own host name resolved to 127.0.0.1 (DNS rebinding) and read, with the developer's login, data that only the
 * developer may see. If the application listens on more than loopback, the network decides which names are allowed.
 */
@Component
final class BrowserFilter extends OncePerRequestFilter {
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    private static final Pattern LOOPBACK = Pattern.compile("localhost|.+\\.localhost|127(\\.\\d+){3}|\\[?::1]?");

    private final @Nullable InetAddress address;
    private final HandlerExceptionResolver exceptions;

    BrowserFilter(ServerProperties server, @Qualifier("handlerExceptionResolver") HandlerExceptionResolver exceptions) {
        this.address = server.getAddress();
        this.exceptions = exceptions;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        // The style sheet and the script replace this.
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("Content-Security-Policy", POLICY);
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Referrer-Policy", "no-referrer");
        response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
        response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
        String host = request.getServerName().toLowerCase(Locale.ROOT);
        if (address == null
                || !address.isLoopbackAddress()
                || LOOPBACK.matcher(host).matches()) {
            chain.doFilter(request, response);
            return;
        }
        Problem problem = new Problem(
                HttpStatus.MISDIRECTED_REQUEST,
                "other-host",
                "The request names another host",
                "The demo listens on " + address.getHostAddress() + " only and answers only requests to localhost",
                "Use http://localhost, or start with '--server.address=0.0.0.0' to answer for every host name.");
        exceptions.resolveException(request, response, null, problem);
    }
}
