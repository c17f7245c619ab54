// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.bridge.mssql;

import io.podidentity.tokenprovider.bridge.LoopbackServer.Conversation;
import io.podidentity.tokenprovider.bridge.LoopbackServer.TlsUpgrade;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * How Azure SQL asks for a token, over TDS 8 (TLS first); see MS-TDS, "FEDAUTHINFO" and "Federated Authentication
 * Token". The login then fails, because the test needs no more.
 */
record TdsConversation(String spn, String stsurl) implements Conversation {
    private static final int REPLY = 4;
    private static final int LAST_PACKET = 1;
    /**
     * Version 16, no encryption in addition to TLS, federated authentication required; each value follows its offset.
     */
    private static final byte[] PRELOGIN = {0, 0, 16, 0, 6, 1, 0, 22, 0, 1, 6, 0, 23, 0, 1, -1, 16, 0, 0, 0, 0, 0, 2, 1
    };

    @Override
    public String hold(Socket socket, TlsUpgrade tls) throws IOException {
        Socket encrypted = tls.over(socket);
        var in = new DataInputStream(encrypted.getInputStream());
        OutputStream out = encrypted.getOutputStream();
        message(in);
        send(out, PRELOGIN);
        message(in); // LOGIN7
        send(out, fedAuthInfo());
        ByteBuffer token = ByteBuffer.wrap(message(in)).order(ByteOrder.LITTLE_ENDIAN);
        token.getInt(); // the length of the rest
        byte[] text = new byte[token.getInt()];
        token.get(text);
        send(out, loginFailed());
        return new String(text, StandardCharsets.UTF_16LE);
    }

    private byte[] fedAuthInfo() {
        byte[] issuer = stsurl.getBytes(StandardCharsets.UTF_16LE);
        byte[] resource = spn.getBytes(StandardCharsets.UTF_16LE);
        int options = Integer.BYTES + 2 * 9;
        int length = options + issuer.length + resource.length;
        return little(5 + length)
                .put((byte) 0xEE)
                .putInt(length)
                .putInt(2)
                .put((byte) 1)
                .putInt(issuer.length)
                .putInt(options)
                .put((byte) 2)
                .putInt(resource.length)
                .putInt(options + issuer.length)
                .put(issuer)
                .put(resource)
                .array();
    }

    /** ERROR 18456, state 1, class 14, and DONE. */
    private static byte[] loginFailed() {
        byte[] text = "Login failed for user ''.".getBytes(StandardCharsets.UTF_16LE);
        int length = 14 + text.length;
        return little(3 + length + 13)
                .put((byte) 0xAA)
                .putShort((short) length)
                .putInt(18456)
                .put((byte) 1)
                .put((byte) 14)
                .putShort((short) (text.length / 2))
                .put(text)
                .put((byte) 0)
                .put((byte) 0)
                .putInt(1)
                .put((byte) 0xFD)
                .putShort((short) 2)
                .array();
    }

    private static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** A message of one or more packets: type, status, length (of packet and header), four bytes that are ignored. */
    private static byte[] message(DataInputStream in) throws IOException {
        var body = new ByteArrayOutputStream();
        int status;
        do {
            in.readByte();
            status = in.readByte();
            int length = in.readUnsignedShort();
            in.readInt();
            body.write(in.readNBytes(length - 8));
        } while ((status & LAST_PACKET) == 0);
        return body.toByteArray();
    }

    private static void send(OutputStream out, byte[] body) throws IOException {
        out.write(ByteBuffer.allocate(8 + body.length)
                .put((byte) REPLY)
                .put((byte) LAST_PACKET)
                .putShort((short) (8 + body.length))
                .putInt(0)
                .put(body)
                .array());
        out.flush();
    }
}
