// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.bridge.postgresql;

import io.podidentity.tokenprovider.bridge.LoopbackServer.Conversation;
import io.podidentity.tokenprovider.bridge.LoopbackServer.TlsUpgrade;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * How PostgreSQL accepts a user with a password in clear text; see "Message Formats" in the PostgreSQL documentation.
 * Each message has a length of four bytes, which includes the length itself.
 */
final class PostgresqlConversation implements Conversation {
    @Override
    public String hold(Socket socket, TlsUpgrade tls) throws IOException {
        message(new DataInputStream(socket.getInputStream())); // SSLRequest
        socket.getOutputStream().write('S');
        Socket encrypted = tls.over(socket);
        var in = new DataInputStream(encrypted.getInputStream());
        var out = new DataOutputStream(encrypted.getOutputStream());
        message(in); // StartupMessage
        send(out, 'R', new byte[] {0, 0, 0, 3}); // AuthenticationCleartextPassword
        in.readByte(); // 'p'
        byte[] password = message(in);
        send(out, 'R', new byte[] {0, 0, 0, 0}); // AuthenticationOk
        parameter(out, "server_version", "17.0");
        parameter(out, "client_encoding", "UTF8");
        parameter(out, "DateStyle", "ISO");
        parameter(out, "standard_conforming_strings", "on");
        parameter(out, "integer_datetimes", "on");
        send(out, 'K', new byte[8]); // BackendKeyData
        send(out, 'Z', new byte[] {'I'}); // ReadyForQuery
        return new String(password, 0, password.length - 1, StandardCharsets.UTF_8);
    }

    private static byte[] message(DataInputStream in) throws IOException {
        return in.readNBytes(in.readInt() - Integer.BYTES);
    }

    private static void parameter(DataOutputStream out, String name, String value) throws IOException {
        send(out, 'S', (name + '\0' + value + '\0').getBytes(StandardCharsets.UTF_8));
    }

    private static void send(DataOutputStream out, char type, byte[] body) throws IOException {
        out.writeByte(type);
        out.writeInt(body.length + Integer.BYTES);
        out.write(body);
        out.flush();
    }
}
