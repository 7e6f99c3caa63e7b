Console.WriteLine("Chat.Bench");
