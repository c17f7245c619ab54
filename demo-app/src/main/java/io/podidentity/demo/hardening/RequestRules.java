// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.hardening;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;
import org.apache.coyote.CloseNowException;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.stereotype.Component;

/**
 * Refuses requests with a body without reading it: the application has no use for any. Tomcat would wait for the rest
 * of each, with a thread, so clients that never send it could take all threads.
 *
 * <p>Allows {@code %2F} and {@code %5C} in a path: a slash or a back-slash that a client encodes this way is part of
 * the name of a blob, not an attack.
 */
@Component
final class RequestRules extends ValveBase implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {
    @Override
    public void customize(TomcatServletWebServerFactory factory) {
        factory.addContextValves(this);
        factory.addConnectorCustomizers(connector -> {
            connector.setEncodedSolidusHandling("passthrough");
            connector.setEncodedReverseSolidusHandling("passthrough");
        });
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        if (request.getHeader("Transfer-Encoding") == null && request.getContentLengthLong() <= 0) {
            getNext().invoke(request, response);
            if (request.getAttribute(RequestDispatcher.ERROR_EXCEPTION) instanceof CloseNowException broken) {
                // At once, since Tomcat would first try to write an error page after the beginning of the answer.
                response.getCoyoteResponse().action(ActionCode.CLOSE_NOW, broken);
            }
            return;
        }
        // Closes the connection after the answer, in place of a search for the next request.
        request.getCoyoteRequest().action(ActionCode.DISABLE_SWALLOW_INPUT, null);
        response.setStatus(413);
    }
}
