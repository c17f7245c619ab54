package com.example.agent;

import com.example.agent.Agent.Answer;
import com.example.agent.Agent.NoToken;
import com.example.agent.Agent.Read;
import com.example.agent.Agent.Refused;
import java.util.List;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.HtmlUtils;

/** Lets an agent read an order, and shows on one page what becomes of that for each agent. */
@RestController
class AgentController {
    private final List<Agent> agents;
    private final String blueprint;

    AgentController(
            List<Agent> agents, @Value("${token-provider.agent-blueprint.client-id}") String blueprint) {
        this.agents = agents;
        this.blueprint = blueprint;
    }

    @GetMapping("/agents/{name}/orders/{number}")
    ResponseEntity<?> readOrder(@PathVariable String name, @PathVariable String number) {
        for (Agent agent : agents) {
            if (agent.name().equals(name)) {
                return respond(agent.readOrder(number));
            }
        }
        return problem(HttpStatus.NOT_FOUND, "There is no agent of this name.");
    }

    private static ResponseEntity<?> respond(Answer answer) {
        if (answer instanceof Read read) {
            return ResponseEntity.ok().contentType(MediaType.TEXT_PLAIN).body(read.order());
        }
        if (answer instanceof Refused refused) {
            HttpStatus status = HttpStatus.resolve(refused.status());
            return problem(status == null ? HttpStatus.BAD_GATEWAY : status, describe(answer));
        }
        return problem(HttpStatus.SERVICE_UNAVAILABLE, describe(answer));
    }

    private static ResponseEntity<?> problem(HttpStatus status, String detail) {
        return ResponseEntity.of(ProblemDetail.forStatusAndDetail(status, detail)).build();
    }

    private static String describe(Answer answer) {
        if (answer instanceof Read read) {
            return read.order();
        }
        if (answer instanceof Refused refused) {
            return "Storage refused this agent: " + refused.status() + " " + refused.code();
        }
        return ((NoToken) answer).reason();
    }

    @GetMapping(path = "/", produces = MediaType.TEXT_HTML_VALUE)
    String showAgents() {
        StringBuilder content = new StringBuilder("""
                <h1>Two agents of one service</h1>
                <p>Each agent has asked for order 1001 with its own agent identity. The service has no secret. The blueprint of
                both agent identities trusts the service account of the pod.</p>
                <dl><dt>Blueprint</dt><dd><code>%s</code></dd></dl>
                """.formatted(escaped(blueprint)));
        for (Agent agent : agents) {
            content.append(showAgent(agent));
        }
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>Two agents</title>
                <link rel="icon" href="data:,">
                <link rel="stylesheet" href="/agent.css">
                </head>
                <body><main>
                %s</main></body>
                </html>
                """.formatted(content);
    }

    private static String showAgent(Agent agent) {
        Answer answer = agent.readOrder("1001");
        return """
                <article class="%s">
                <h2>%s</h2>
                <p>%s</p>
                <dl>
                <dt>Agent identity</dt><dd><code>%s</code></dd>
                <dt>Order 1001</dt><dd class="answer">%s</dd>
                </dl>
                </article>
                """.formatted(
                        answer instanceof Read ? "read" : "refused",
                        escaped(agent.name()),
                        escaped(agent.task()),
                        escaped(agent.clientId()),
                        escaped(describe(answer)));
    }

    private static String escaped(String text) {
        return HtmlUtils.htmlEscape(text);
    }
}
